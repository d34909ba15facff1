import { NoConnection } from "./answers.ts";
import { servicePrincipal } from "./tokens.ts";
import type { createVault } from "./vault.ts";

/**
 * Sets the variables that the script and the SDK read, says that this is a rehearsal, returns what answers requests.
 * A setting that makes no sense ends the process, and so does a bug of the vault: the script would take it for Azure's.
 */
export function rehearse() {
  // The person's own settings for Azure and for a proxy would lead elsewhere; how much to log stays theirs.
  for (const variable of Object.keys(process.env))
    if (/^(AZURE_(?!LOG_LEVEL$)|IDENTITY_|IMDS_|MSI_)|_PROXY$/i.test(variable)) delete process.env[variable];
  // With nobody signed in, PATH is a folder without programs, so that the SDK finds no tool, and starts none of the
  // person's own; an empty one would stand for the folder in which the SDK starts a shell, which is /bin.
  const signIn = setting("OFFLINE_SIGN_IN", /^none$/, "none") ? { PATH: import.meta.dirname } : servicePrincipal;
  const settings = {
    vaultName: "demo-vault",
    // By default, long enough for a room to see the pollers wait.
    creationTime: timeIn("OFFLINE_CREATION_TIME", 3000),
    deletionTime: timeIn("OFFLINE_DELETION_TIME", 1000),
  };
  // The samples of the SDK read KEYVAULT_URI.
  const vault = { KEY_VAULT_NAME: settings.vaultName, KEYVAULT_URI: `https://${settings.vaultName}.vault.azure.net` };
  Object.assign(process.env, signIn, vault);
  console.error("Offline rehearsal: the vault is a stand-in, and nothing leaves this machine.");
  let answer: ReturnType<typeof createVault> | undefined;
  return async (request: Request) => {
    try {
      const { createVault } = await import("./vault.ts"); // late: the prompt need not wait for it
      answer ??= createVault(settings);
      return await answer(request);
    } catch (error) {
      if (error instanceof NoConnection) throw error;
      console.error(error);
      process.exit(1);
    }
  };
}

const timeIn = (variable: string, byDefault: number) =>
  Number(setting(variable, /^\d+$/, "a number of milliseconds") ?? byDefault);

/** The value of a variable, if it is set; one that has not this form ends the process. */
function setting(variable: string, form: RegExp, what: string) {
  const value = process.env[variable];
  if (!value || form.test(value)) return value || undefined;
  console.error(`${variable} must be ${what}, not ${JSON.stringify(value)}.`);
  process.exit(1);
}
