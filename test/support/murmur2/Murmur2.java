import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.apache.kafka.common.utils.Utils;

/**
 * Prints keys (as hex) and the hashes that Kafka's own client gives them:
 * java -cp kafka-clients.jar Murmur2.java > vectors.txt
 */
public class Murmur2 {
  public static void main(String[] args) {
    Random random = new Random(42);
    String[] words = {"", "a", "ab", "abc", "abcd", "ent_456", "BATCH-001", "stockitem:123",
      "Größe", "商品-42", "🍎🍏", "e\u0301", "\u0000", "purchaseorder:7", "\uFEFFkey"};
    for (String word : words) print(word.getBytes(StandardCharsets.UTF_8));
    for (int i = 0; i < 1000; i++) print(("entity-" + i).getBytes(StandardCharsets.UTF_8));
    for (int i = 0; i < 1000; i++) {
      byte[] bytes = new byte[random.nextInt(64)];
      random.nextBytes(bytes);
      print(bytes);
    }
  }

  private static void print(byte[] key) {
    StringBuilder hex = new StringBuilder();
    for (byte b : key) hex.append(String.format("%02x", b));
    System.out.println(hex + " " + Utils.murmur2(key));
  }
}
