package bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.camunda.connector.api.annotation.InboundConnector;
import io.camunda.connector.api.inbound.InboundConnectorContext;
import io.camunda.connector.api.inbound.webhook.MappedHttpRequest;
import io.camunda.connector.api.inbound.webhook.WebhookConnectorException.WebhookSecurityException;
import io.camunda.connector.api.inbound.webhook.WebhookConnectorException.WebhookSecurityException.Reason;
import io.camunda.connector.api.inbound.webhook.WebhookConnectorExecutable;
import io.camunda.connector.api.inbound.webhook.WebhookProcessingPayload;
import io.camunda.connector.api.inbound.webhook.WebhookResult;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A webhook signed as GitHub does it; Camunda's own webhook connector is not published on Maven. */
@InboundConnector(name = "Signed webhook", type = "io.camunda:webhook:1")
public class SignedWebhook implements WebhookConnectorExecutable {
  private static final String ALGORITHM = "HmacSHA256";
  private static final ObjectMapper JSON = new ObjectMapper();

  private SecretKeySpec key;

  public record Properties(Inbound inbound) {}

  public record Inbound(Signature signature) {}

  public record Signature(String secret) {}

  @Override
  public void activate(InboundConnectorContext context) {
    String secret = context.bindProperties(Properties.class).inbound().signature().secret();
    key = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM);
  }

  @Override
  public WebhookResult triggerWebhook(WebhookProcessingPayload payload) throws Exception {
    String given = payload.headers().getOrDefault("x-hub-signature-256", "");
    String expected = "sha256=" + HexFormat.of().formatHex(signature(payload.rawBody()));
    if (!MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8))) {
      throw new WebhookSecurityException(401, Reason.INVALID_SIGNATURE);
    }
    Map<?, ?> body = JSON.readValue(payload.rawBody(), Map.class);
    MappedHttpRequest request = new MappedHttpRequest(body, payload.headers(), payload.params());
    return () -> request;
  }

  private byte[] signature(byte[] body) throws GeneralSecurityException {
    Mac mac = Mac.getInstance(ALGORITHM);
    mac.init(key);
    return mac.doFinal(body);
  }
}
