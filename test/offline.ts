import { intercept } from "./intercept.ts";
import { createVault, servicePrincipal } from "./vault.ts";

// The person's own settings for Azure and for a proxy would lead elsewhere; how much to log stays theirs.
for (const variable of Object.keys(process.env))
  if (/^AZURE_(?!LOG_LEVEL$)|_PROXY$/i.test(variable)) delete process.env[variable];

process.env.KEY_VAULT_NAME ||= "demo-vault";
// With nobody signed in, "prod" keeps DefaultAzureCredential from asking the person's own Azure CLI.
Object.assign(process.env, process.env.OFFLINE_SIGN_IN === "none" ? { AZURE_TOKEN_CREDENTIALS: "prod" } : servicePrincipal);

// In milliseconds: long enough for a room to see the pollers wait.
const { KEY_VAULT_NAME: vaultName, OFFLINE_CREATION_TIME = 3000, OFFLINE_DELETION_TIME = 1000 } = process.env;
const vault = createVault(vaultName, Number(OFFLINE_CREATION_TIME), Number(OFFLINE_DELETION_TIME));

intercept(async (request) => {
  const { method, url, headers } = request;
  const response = await vault.handle(request);
  const [body, names] = [await response.clone().text(), vault.names()];
  process.send?.({ method, url, authorized: headers.has("authorization"), status: response.status, body, names });
  return response;
});

console.error("This is an offline rehearsal: its vault lives in this process alone, and nothing leaves this machine.");
