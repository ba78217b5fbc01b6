/** What stands for the prefix in text files of the archive that were not made with a placeholder of their own: 255 bytes. */
export const canonicalPlaceholder = padPlaceholder("/opt/slipway_environment", "_placehold", 255);

function padPlaceholder(start: string, filler: string, lengthBytes: number): string {
  return (start + filler.repeat(lengthBytes)).slice(0, lengthBytes);
}
