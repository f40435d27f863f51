package io.blockwork.architecture;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/**
 * Spark's hundreds of jars are for those who use it: these tests have all that the examples need.
 */
final class SparkStaysApartTest {
  @Test
  void theExamplesAndTheQuickstartResolveNoJarOfSparks() {
    assertDoesNotThrow(() -> Class.forName("io.blockwork.examples.quickstart.Quickstart"));
    for (String name :
        new String[] {
          "org.apache.spark.SparkContext", "scala.Option", "io.blockwork.spark.SparkPredictor"
        }) {
      assertThrows(ClassNotFoundException.class, () -> Class.forName(name), name);
    }
  }
}
