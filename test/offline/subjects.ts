import "reflect-metadata"; // @peculiar/x509 does not load without it
import * as x509 from "@peculiar/x509";

/** A pattern of object identifiers. */
export const oid = String.raw`(?:[01]\.[1-3]?\d|2\.(?:0|[1-9]\d{0,12}))(?:\.(?:0|[1-9]\d{0,12})){1,20}`;

// A part of a subject is TYPE=VALUE. No text can be read in two ways, so that none takes long to check. A value in DER,
// which begins with "#", is none: it may be one that nobody can read back.
const unseen = String.raw`\p{C}\p{Zl}\p{Zp}`;
const escaped = String.raw`\\(?![\dA-Fa-f]{2})[^${unseen}]`;
const quoted = String.raw` *"((?:${escaped}|[^"\\${unseen}])*)" *`;
const plain = String.raw`(?! *#)((?:${escaped}|[^,+"\\${unseen}])*)`;
const parts = new RegExp(` *([A-Za-z]+|${oid}) *=(?:${quoted}|${plain})(?:,(?!$)|$)`, "gu");

/** Whether a subject is an X.500 name: nothing but parts, and all that the library can write. */
export function isName(subject: string) {
  try {
    return subject.replace(parts, "") === "" && nameOf(subject).toArrayBuffer().byteLength > 0;
  } catch {
    return false;
  }
}

/** Whether no parts are joined with "+": how the service writes those is not recorded. */
export const isUnjoined = (subject: string) => !subject.replace(/\\.|"(\\.|[^"\\])*"/gsu, "").includes("+");

/** A subject as the service writes it: the last part first. */
export function nameOf(subject: string) {
  // The library knows types in upper case only, though they are case-insensitive (RFC 4514), and not these.
  const types = { S: "2.5.4.8", STREET: "2.5.4.9", SERIALNUMBER: "2.5.4.5", EMAILADDRESS: "1.2.840.113549.1.9.1" };
  const name = [...subject.matchAll(parts)].map(([, sentType = "", quoted, plain = ""]) => {
    const type = sentType.toUpperCase();
    return { [type]: [textOf(type, quoted ?? trimmed(plain))] };
  });
  return new x509.Name(name.reverse(), types);
}

/** A value without the spaces around it that are not escaped. */
const trimmed = (value: string) => value.replace(/^ *((?:\\.|[^\\])*?) *$/u, "$1");

/** A value without what escapes it, in the kind of ASN.1 text that its type has (RFC 5280, appendix A.1). */
function textOf(type: string, value: string) {
  const text = value.replace(/\\(.)/gu, "$1");
  if (/^(E|EMAILADDRESS|DC)$/.test(type) && /^[ -~]*$/.test(text)) return { ia5String: text };
  return x509.Name.isPrintableString(text) ? { printableString: text } : { utf8String: text };
}
