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
export const seeReadme = "See Troubleshooting in README.md.\n";

/** What it prints of a sign-in in which every way has failed. */
export const signIn = `Sign in, in one of these ways:
  az login
  Connect-AzAccount
If you are signed in with the Azure CLI, ask it what is wrong:
  az account get-access-token --scope https://vault.azure.net/.default --query expires_on
${seeReadme}`;

/**
 * What it prints of a refusal, by the kind of the vault's access control: the caller is named by its object id, the
 * vault by its resource id; `more` is a permission beside those of the quickstart.
 */
export const grantRole = (
  caller: string,
  vaultId: string,
) => `The caller needs this role, which takes some minutes to have effect:
  az role assignment create --role "Key Vault Certificates Officer" --assignee ${caller} --scope "${vaultId}"
`;
export const grantPermissions = (
  caller: string,
  more = "",
) => `The caller needs these permissions; the command replaces the certificate permissions that the caller has:
  az keyvault set-policy --name demo-vault --object-id ${caller} --certificate-permissions ${`delete get list create ${more}`.trim()}
`;

/** What it prints where a host is not found. */
export const checkNetwork = `Check your network and HTTPS_PROXY, and that demo-vault is one of your active subscription's vaults:
  az keyvault list --query "[].name" --output tsv
`;

/** What it prints of a certificate that may be left. */
export const leftBehind = (name = "my-cert") => `The certificate '${name}' may still be in demo-vault. To delete it:
  az keyvault certificate delete --vault-name demo-vault --name=${name}
`;
