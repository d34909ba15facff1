/**
 * What the script prints, step by step: until it waits for the creation, the retrieval, and the deletion, and then.
 */
export const prompt = "Input a name for your certificate > ";
export const creating = (name = "my-cert") => `${prompt}Creating a certificate in demo-vault called '${name}' ...\n`;
export const retrieving = " done.\nRetrieving your certificate from demo-vault.\n";
export const deleting = (name = "my-cert") =>
  `Certificate with name '${name}' was found.\nDeleting your certificate from demo-vault ...\n`;
const done = " done.\n";

/** What it prints on stderr, without the notice with which the rehearsal begins. */
export const withoutNotice = (stderr: string) => stderr.replace(/^Offline rehearsal: .*\n/, "");

/** All that it prints where nothing fails. */
export const transcript = (name = "my-cert") => creating(name) + retrieving + deleting(name) + done;

/** What it prints of a creation that ends without a certificate. */
export const noCertificate = "The poller returned no certificate. Perhaps the creation was cancelled.\n";

/** What it prints of a failure without a certain cure. */
export const searchPage = "To find what helps, search .github/TROUBLESHOOTING.md for the words above.\n";

/** What it prints of a sign-in in which every way has failed. */
export const signIn = `Sign in, in one of these ways:
  az login
  Connect-AzAccount
If you are signed in with the Azure CLI, ask it what is wrong:
  az account get-access-token --scope https://vault.azure.net/.default --query expires_on
${searchPage}`;

/** What it prints of a refusal, by the kind of the vault's access control. */
export const grantRole = `The caller needs a role. See "Grant access to your key vault" in README.md.
A role that was assigned just now can take a few minutes to take effect.
If the caller isn't the person signed in, give the role to the ID after oid= above.
${searchPage}`;
export const grantPermission = `In the vault's access policies, give the caller the permission named above.
See "Grant access to your key vault" in README.md, "A vault with access policies".
`;

/** What it prints where a host is not found. */
export const checkNetwork = `Check your network and HTTPS_PROXY (the host above may be the proxy's).
Check that demo-vault is your vault's name.
${searchPage}`;

/** What it prints of a certificate that may be left. */
export const leftBehind = (name = "my-cert") => `The certificate '${name}' may still be in demo-vault. To delete it:
  az keyvault certificate delete --vault-name demo-vault --name=${name}
`;
