/** An archive that is not what it says, or that would write outside its folder. The message goes on after "it". */
export class DamagedPackage extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "DamagedPackage";
  }
}
