import { randomBytes } from "node:crypto";
import { fail, json } from "./answers.ts";
import { failures } from "./failures.ts";

/** The one service principal that may sign in, by the names of the variables that `EnvironmentCredential` reads. */
export const servicePrincipal = {
  AZURE_TENANT_ID: "11111111-1111-1111-1111-111111111111",
  AZURE_CLIENT_ID: "22222222-2222-2222-2222-222222222222",
  AZURE_CLIENT_SECRET: "the-secret-of-the-offline-vault",
};

export const host = "login.microsoftonline.com";
export const authority = `https://${host}/${servicePrincipal.AZURE_TENANT_ID}`;
const oauth2 = `${authority}/oauth2/v2.0`;
const configuration = {
  token_endpoint: `${oauth2}/token`,
  authorization_endpoint: `${oauth2}/authorize`,
  issuer: `${authority}/v2.0`,
};
const configurationUrl = `${authority}/v2.0/.well-known/openid-configuration`;
const instance = {
  preferred_network: host,
  preferred_cache: "login.windows.net",
  aliases: [host, "login.windows.net", "login.microsoft.com", "sts.windows.net"],
};

/**
 * Makes a sign-in service: the client credentials flow of Microsoft Entra ID, and the two descriptions that some Azure
 * SDKs ask for before it. `accepts` tells whether a request carries a token that it has issued.
 */
export function createSignIn() {
  const tokens = new Set<string | null>();
  return {
    accepts: (request: Request) => tokens.has(request.headers.get("authorization")),

    async answer(request: Request): Promise<Response> {
      const { origin, pathname } = new URL(request.url);
      const address = origin + pathname; // Some SDKs add an empty query.
      if (pathname === "/common/discovery/instance")
        return json({ tenant_discovery_endpoint: configurationUrl, "api-version": "1.1", metadata: [instance] });
      if (!address.startsWith(`${authority}/`))
        return refuse(400, "invalid_tenant", `AADSTS90002: Tenant '${pathname.split("/")[1]}' not found.`);
      if (address === configurationUrl) return json(configuration);
      const form = new URLSearchParams(await request.text());
      const appId = form.get("client_id");
      if (appId !== servicePrincipal.AZURE_CLIENT_ID)
        return refuse(
          400,
          "unauthorized_client",
          `AADSTS700016: Application with identifier '${appId}' was not found in the directory 'Contoso'.`,
        );
      if (form.get("client_secret") !== servicePrincipal.AZURE_CLIENT_SECRET) return fail(failures.InvalidClientSecret);
      const token = randomBytes(32).toString("base64url");
      tokens.add(`Bearer ${token}`);
      return json({ token_type: "Bearer", expires_in: 3599, ext_expires_in: 3599, access_token: token });
    },
  };
}

const refuse = (status: number, error: string, error_description: string) =>
  json({ error, error_description, error_codes: [Number(error_description.match(/\d+/)?.[0])] }, status);
