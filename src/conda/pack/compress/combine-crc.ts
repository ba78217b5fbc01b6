/** CRC-32 of gzip and zip, reflected. */
const polynomial = 0xedb88320;
/** The polynomials 1 and x, reflected. */
const one = 0x80000000;
const x = 0x40000000;

/** The CRC-32 of two pieces put together, from those of the pieces and the size of the second. */
export function combineCrc(first: number, second: number, secondBytes: number): number {
  // Bytes behind the first piece multiply its remainder by x to the power of their bits.
  return (multiply(powerOfX(secondBytes * 8), first) ^ second) >>> 0;
}

/** The product of two polynomials modulo the CRC's. */
function multiply(left: number, right: number): number {
  let product = 0;
  let shifted = right;
  for (let bit = one; bit !== 0; bit >>>= 1) {
    if ((left & bit) !== 0) product ^= shifted;
    shifted = (shifted & 1) === 0 ? shifted >>> 1 : (shifted >>> 1) ^ polynomial;
  }
  return product >>> 0;
}

const powers = new Map<number, number>();

function powerOfX(exponent: number): number {
  const known = powers.get(exponent);
  if (known !== undefined) return known;
  let power = one;
  let square = x;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power = multiply(square, power);
    square = multiply(square, square);
  }
  powers.set(exponent, power);
  return power;
}
