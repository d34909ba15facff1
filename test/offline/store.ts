import { refuse, refuseMissing } from "./answers.ts";
import type { Creation, Policy, Update } from "./bodies.ts";
import { answerOf, failureOf, failures } from "./failures.ts";
import { attributesOf, newOperation, newVersion, unixSeconds, type Certificate } from "./versions.ts";
import { issue } from "./x509.ts";

/** A vault's name, in lower case, and how many milliseconds a creation and a deletion take there. */
export type Settings = { vaultName: string; creationTime: number; deletionTime: number };

/** Makes a vault's store, which refuses what is not there. Names know no case; a recovery takes the `deletionTime`. */
export function createStore({ vaultName, creationTime, deletionTime }: Settings) {
  const certificates = new Map<string, Certificate>(); // by name in lower case
  const agenda = new Set<{ certificate: Certificate; state: string; time: number; happen: () => void }>();
  /** Lets something happen to a certificate after a while; if its state is another one then, once it is this again. */
  const later = (certificate: Certificate, milliseconds: number, happen: () => void) =>
    agenda.add({ certificate, state: certificate.state, time: Date.now() + milliseconds, happen });

  /** Lets happen what is due by now. */
  function catchUp() {
    for (const event of agenda) {
      if (event.certificate.state !== event.state || event.time > Date.now()) continue;
      agenda.delete(event);
      event.happen();
    }
  }
  const get = (name: string) => certificates.get(name.toLowerCase());
  const all = (state: Certificate["state"]) => [...certificates.values()].filter((each) => each.state === state);
  function findHere(name: string) {
    const certificate = get(name);
    return certificate?.state === "here" ? certificate : undefined;
  }
  const find = (name: string) => findHere(name) ?? refuseMissing(name);

  function findVersion(name: string, id: string) {
    const certificate = find(name);
    const version = versionsOf(certificate).find((each) => each.id === `${certificate.url}/${id.toLowerCase()}`);
    return version ?? refuseMissing(`${name}/versions/${id}`);
  }

  function findDeleted(name: string) {
    const certificate = get(name);
    if (certificate?.state === "ObjectIsDeletedButRecoverable") return certificate;
    if (!certificate || certificate.state === "here") return refuseMissing(name);
    return refuse(404, "CertificateNotFound", `Deleted Certificate not found: ${name}`);
  }

  /** Refuses a name that a creation cannot use. */
  function checkIsFree(name: string) {
    const certificate = get(name);
    if (!certificate || certificate.state === "purged") return;
    if (certificate.state !== "here") throw answerOf(failures[certificate.state], vaultName, name);
    if (certificate.operation.status === "inProgress") throw answerOf(failures.Conflict, vaultName, name);
  }

  return {
    catchUp,
    find,
    findVersion,
    findDeleted,
    findOperation: (name: string) =>
      findHere(name)?.operation ?? refuse(404, "PendingCertificateNotFound", `Pending Certificate not found: ${name}`),
    all,
    allVersions: (name: string) => versionsOf(findHere(name)),

    async create(name: string, sent: Creation) {
      const { policy, attributes: { enabled = true } = {} } = sent;
      const pendingAttributes = attributesOf(policy, false, Date.now());
      const completedAttributes = attributesOf(policy, enabled, Date.now() + creationTime);
      const { csr, x5t, cer } = await issue(policy, completedAttributes);

      // With an await between this check and the end, two creations at once would both pass it.
      checkIsFree(name);
      const old = findHere(name);
      const url = old?.url ?? `https://${vaultName}.vault.azure.net/certificates/${name}`; // as first given
      const updated = pendingAttributes.created;
      const created = old?.policy.attributes.created ?? updated;
      const certificate: Certificate = {
        state: "here",
        url,
        earlier: old?.earlier ?? [],
        current: old?.current.cer ? old.current : newVersion(url, sent, pendingAttributes),
        policy: { ...policy, id: `${url}/policy`, attributes: { enabled: true, created, updated } },
        operation: newOperation(url, sent, csr),
      };
      certificates.set(name.toLowerCase(), certificate);
      later(certificate, creationTime, () => {
        const end = failureOf(name)?.operation ?? { status: "completed", status_details: undefined, target: url };
        Object.assign(certificate.operation, end);
        if (end.status !== "completed") return;
        if (certificate.current.cer) certificate.earlier.push(certificate.current);
        certificate.current = newVersion(url, sent, completedAttributes, x5t, cer);
      });
      return certificate.operation;
    },

    /** Changes a version, or without its id the current one; what is not sent stays as it is. */
    update(name: string, id: string, { attributes, tags }: Update) {
      const certificate = find(name);
      const version = id ? findVersion(name, id) : certificate.current;
      // One that is pending stays disabled.
      const enabled = (attributes?.enabled ?? version.attributes.enabled) && version.cer !== undefined;
      version.attributes = { ...version.attributes, enabled, updated: unixSeconds(Date.now()) };
      version.tags = tags ?? version.tags;
      return { certificate, version };
    },

    updatePolicy(name: string, policy: Policy) {
      const certificate = find(name);
      const { id, attributes } = certificate.policy;
      certificate.policy = { ...policy, id, attributes: { ...attributes, updated: unixSeconds(Date.now()) } };
      return certificate.policy;
    },

    remove(name: string) {
      const certificate = find(name);
      certificate.state = "ObjectIsBeingDeleted";
      later(certificate, deletionTime, () => (certificate.state = "ObjectIsDeletedButRecoverable"));
      certificate.deletedDate = unixSeconds(Date.now());
      return certificate;
    },

    recover(name: string) {
      const certificate = findDeleted(name);
      certificate.state = "ObjectIsBeingRecovered";
      later(certificate, deletionTime, () => {
        certificate.state = "here";
        catchUp(); // Its creation may have become due.
      });
      return certificate;
    },

    purge(name: string) {
      if (get(name)?.state === "ObjectIsBeingDeleted")
        refuse(409, "Conflict", "Certificate is currently being deleted.", "ObjectIsBeingDeleted");
      findDeleted(name).state = "purged";
    },
  };
}

const versionsOf = (certificate?: Certificate) => (certificate ? [...certificate.earlier, certificate.current] : []);
