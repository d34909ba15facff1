import { randomBytes } from "node:crypto";
import { fail, Refusal, refuse, refuseMissing, refuseValue } from "./answers.ts";
import { flag, ignored, object, texts } from "./body.ts";
import { failureOf, failures } from "./failures.ts";
import { complete, merge, readPolicy, type SentPolicy } from "./policy.ts";
import { completed, current, deletedBundle, isPending, versionsOf } from "./resources.ts";
import type { Certificate, Deletion, Version } from "./resources.ts";

// A certificate's times are its own, whatever is sent.
const readOnly = { nbf: ignored, exp: ignored, created: ignored, updated: ignored };
const attributes = object({ enabled: flag, ...readOnly, recoveryLevel: ignored, recoverableDays: ignored });

/** Read the body of a creation and of an update: every field may be missing. */
export const readCreation = object({ policy: readPolicy, attributes, tags: texts, preserveCertOrder: flag });
export const readUpdate = object({ attributes, tags: texts });

/**
 * Makes what a vault keeps: no certificates yet. A creation takes so many milliseconds, a deletion and a recovery so
 * many. What makes no sense or is not there is refused. Names know no case.
 */
export function createCertificates(vaultName: string, creationTime: number, deletionTime: number) {
  const certificates = new Map<string, Certificate>(); // by name in lower case, as the others
  const deletions = new Map<string, Deletion>();
  const purged = new Set<string>();

  function find(name: string): Certificate {
    const certificate = certificates.get(name.toLowerCase());
    return certificate && !isPending(certificate) ? certificate : refuseMissing(name);
  }

  function findVersion(name: string, id: string): [Certificate, Version] {
    const certificate = find(name);
    const version = versionsOf(certificate).find((each) => each.id === id.toLowerCase());
    return [certificate, version ?? refuseMissing(`${name}/versions/${id}`)];
  }

  function findDeletion(name: string): Deletion {
    const key = name.toLowerCase();
    const deletion = deletions.get(key);
    if (deletion && !isPending(deletion)) return deletion;
    if (!deletion && !purged.has(key)) return refuseMissing(name);
    return refuse(404, "CertificateNotFound", `Deleted Certificate not found: ${name}`);
  }

  /** The name is free for a creation, or for the next one. */
  function checkIsFree(name: string) {
    const refuseAs = (failure: "Conflict" | "ObjectIsBeingDeleted" | "ObjectIsDeletedButRecoverable") => {
      throw new Refusal(fail(failures[failure], vaultName, name));
    };
    const certificate = certificates.get(name.toLowerCase());
    const deletion = deletions.get(name.toLowerCase());
    if (deletion) refuseAs(isPending(deletion) ? "ObjectIsBeingDeleted" : "ObjectIsDeletedButRecoverable");
    if (certificate && isPending(certificate))
      refuse(
        409,
        "Conflict",
        `Certificate ${name} is currently being recovered and cannot be re-created; retry later.`,
        "ObjectIsBeingRecovered",
      );
    if (certificate && isPending(certificate.operation)) refuseAs("Conflict");
  }

  return {
    find,
    findDeletion,
    findVersion,

    findOperation(name: string) {
      if (certificates.has(name.toLowerCase())) return find(name);
      return refuse(404, "PendingCertificateNotFound", `Pending Certificate not found: ${name}`);
    },

    /** What a list has, with the key by which it is sorted. */
    all: () => [...certificates].filter(([, certificate]) => !isPending(certificate)),
    allDeleted: () => [...deletions].filter(([, deletion]) => !isPending(deletion)),
    allVersions(name: string): [string, [Certificate, Version]][] {
      const certificate = certificates.get(name.toLowerCase());
      if (!certificate || isPending(certificate)) return [];
      return versionsOf(certificate).map((version) => [version.id, [certificate, version]]);
    },

    async create(name: string, sent: ReturnType<typeof readCreation>) {
      const policy = complete(sent.policy ?? refuseValue("policy", "is missing"));
      const { attributes: { enabled = true } = {}, tags, preserveCertOrder } = sent;
      const version = (created: number): Version => ({
        ...{ id: hex(), enabled, created, updated: created, tags, preserveCertOrder },
        ...validity(created, policy.x509_props.validity_months),
      });
      const [pending, next] = [version(seconds(Date.now())), version(seconds(Date.now() + creationTime))];
      const { issue } = await import("./certificate.ts"); // late: the prompt need not wait for it
      const { csr, ...content } = await issue(policy, next);

      // With an await between this check and the end, two creations at once would both pass it.
      checkIsFree(name);
      const key = name.toLowerCase();
      const old = certificates.get(key);
      const certificate: Certificate = {
        url: old?.url ?? `https://${vaultName}.vault.azure.net/certificates/${name}`, // The name stays as first given.
        readyAt: 0,
        policy,
        policyTimes: { created: old?.policyTimes.created ?? pending.created, updated: pending.created },
        earlier: old ? completed(old) : [],
        operation: {
          id: hex(),
          csr,
          readyAt: Date.now() + creationTime, // behind the making of the key: that may take as long on a slow machine
          version: { ...next, content },
          end: failureOf(name)?.operation,
        },
        pending,
      };
      certificates.set(key, certificate);
      return certificate;
    },

    /** Changes the version with this id, or without one the current version; what is not sent stays as it is. */
    update(name: string, id: string, { attributes, tags }: ReturnType<typeof readUpdate>) {
      const [certificate, version] = id ? findVersion(name, id) : [find(name), current(find(name))];
      version.enabled = attributes?.enabled ?? version.enabled;
      version.tags = tags ?? version.tags;
      version.updated = seconds(Date.now());
      return [certificate, version] as const;
    },

    updatePolicy(name: string, sent: SentPolicy) {
      const certificate = find(name);
      certificate.policy = complete(merge(certificate.policy, sent));
      certificate.policyTimes.updated = seconds(Date.now());
      return certificate;
    },

    remove(name: string) {
      const certificate = find(name);
      const bundle = deletedBundle(certificate, seconds(Date.now()));
      certificates.delete(name.toLowerCase());
      deletions.set(name.toLowerCase(), { certificate, bundle, readyAt: Date.now() + deletionTime });
      return bundle;
    },

    recover(name: string) {
      const { certificate } = findDeletion(name);
      deletions.delete(name.toLowerCase());
      certificates.set(name.toLowerCase(), { ...certificate, readyAt: Date.now() + deletionTime });
      return certificate;
    },

    purge(name: string) {
      findDeletion(name);
      deletions.delete(name.toLowerCase());
      purged.add(name.toLowerCase());
    },
  };
}

const hex = () => randomBytes(16).toString("hex");
const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000);

/** From ten minutes before its creation for so many months, in Unix seconds. */
function validity(created: number, months: number) {
  const end = new Date(created * 1000);
  end.setUTCMonth(end.getUTCMonth() + months);
  return { nbf: created - 600, exp: seconds(end.getTime()) };
}
