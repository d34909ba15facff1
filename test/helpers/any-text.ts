import fc from "fast-check";

const codePoint = fc.oneof(fc.nat(0x2fff), fc.nat(0x10ffff));

/** Any text: of letters, of control characters, of halves of characters. */
export const anyText = (maxLength?: number) =>
  fc.string({ unit: codePoint.map((point) => String.fromCodePoint(point)), maxLength });
