/**
 * What the script prints, step by step: until it waits for the creation, the retrieval, and the deletion, and then.
 */
export const prompt = "Input a name for your certificate > ";
export const creating = (name = "my-cert") => `${prompt}Creating a certificate in demo-vault called '${name}' ...\n`;
export const retrieving = " done.\nRetrieving your certificate from demo-vault.\n";
export const deleting = (name = "my-cert") =>
  `Certificate with name '${name}' was found.\nDeleting your certificate from demo-vault ...\n`;
export const done = " done.\n";

/** All that it prints where nothing fails. */
export const transcript = (name = "my-cert") => creating(name) + retrieving + deleting(name) + done;

/** What it prints of a failure without a certain cure. */
export const seeReadme = "See Troubleshooting in README.md.\n";

/** What it prints of a certificate that may be left. */
export const leftBehind = (name = "my-cert") => `The certificate '${name}' may still be in demo-vault. To delete it:
  az keyvault certificate delete --vault-name demo-vault --name ${name}
`;
