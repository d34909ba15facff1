import { randomBytes } from "node:crypto";
import { json } from "./answers.ts";
import { answerOf, failures } from "./failures.ts";

/** The one service principal that may sign in, by the names of the variables that `EnvironmentCredential` reads. */
export const servicePrincipal = {
  AZURE_TENANT_ID: "11111111-1111-1111-1111-111111111111",
  AZURE_CLIENT_ID: "22222222-2222-2222-2222-222222222222",
  AZURE_CLIENT_SECRET: "the-secret-of-the-offline-vault",
};

export const host = "login.microsoftonline.com";
export const authority = `https://${host}/${servicePrincipal.AZURE_TENANT_ID}`;

// What some Azure SDKs ask for before they ask for a token.
const configurationUrl = `${authority}/v2.0/.well-known/openid-configuration`;
const configuration = {
  token_endpoint: `${authority}/oauth2/v2.0/token`,
  authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
  issuer: `${authority}/v2.0`,
};
const discovery = {
  tenant_discovery_endpoint: configurationUrl,
  "api-version": "1.1",
  metadata: [{ preferred_network: host, preferred_cache: "login.windows.net", aliases: [host, "login.windows.net"] }],
};

/** Makes a sign-in service, with the client credentials flow of Microsoft Entra ID. A failure strikes at the token. */
export function createSignIn() {
  const tokens = new Set<string>();
  return {
    accepts: (request: Request) => tokens.has(request.headers.get("authorization") ?? ""),

    async answer(request: Request, failure: () => Response | undefined): Promise<Response> {
      const { origin, pathname } = new URL(request.url);
      if (pathname === "/common/discovery/instance") return json(discovery);
      if (origin + pathname === configurationUrl) return json(configuration);
      const failed = failure();
      if (failed) return failed;
      const { AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET } = servicePrincipal;
      const [, tenant] = pathname.split("/");
      const form = new URLSearchParams(await request.text());
      const appId = form.get("client_id");
      const app = `Application with identifier '${appId}'`;
      if (tenant !== AZURE_TENANT_ID) return refusal("invalid_tenant", 90002, `Tenant '${tenant}' not found.`);
      if (appId !== AZURE_CLIENT_ID)
        return refusal("unauthorized_client", 700016, `${app} was not found in the directory 'Contoso'.`);
      if (form.get("client_secret") !== AZURE_CLIENT_SECRET) return answerOf(failures.InvalidClientSecret);
      const token = randomBytes(32).toString("base64url");
      tokens.add(`Bearer ${token}`);
      return json({ token_type: "Bearer", expires_in: 3599, ext_expires_in: 3599, access_token: token });
    },
  };
}

const refusal = (error: string, code: number, description: string) =>
  json({ error, error_description: `AADSTS${code}: ${description}`, error_codes: [code] }, 400);
