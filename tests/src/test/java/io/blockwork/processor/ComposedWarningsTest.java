package io.blockwork.processor;

import static com.google.common.truth.Truth.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Warnings look at the graph alone, so that composed networks have them as the families do. */
class ComposedWarningsTest {
  /** What javac says of a network of these nodes, for images of so many pixels. */
  private static List<String> findings(int side, String nodes) {
    String source =
        """
        package user;

        import io.blockwork.*;
        import io.blockwork.ops.*;

        @Model(input = @Input(height = %1$d, width = %1$d))
        public interface Net extends ImageClassifier {
        %2$s
          @Linear(out = 10) interface fc {}
        }
        """
            .formatted(side, nodes);
    return Compiler.JAVAC.compile(Map.of("user/Net.java", source)).findings().stream()
        .map(finding -> finding.code() + " " + finding.text().lines().findFirst().orElse(""))
        .toList();
  }

  @Test
  void aStemForLargeImages() {
    String nodes =
        """
          @Conv(out = 8, kernel = 7, stride = 2, padding = 3) interface conv {}
          @MaxPool(kernel = 3, stride = 2, padding = 1) interface pool {}
          @GlobalAvgPool interface avgpool {}
        """;
    List<String> findings = findings(32, nodes);
    assertThat(findings).hasSize(1);
    assertThat(findings.get(0)).contains("conv and pool reduce a 32 x 32 input to 8 x 8");
    assertThat(findings(64, nodes)).isEmpty();
  }

  @Test
  void aPoolThatLeavesRowsAndColumnsOut() {
    String nodes =
        """
          @AvgPool(kernel = 2) interface pool {}
          @GlobalAvgPool interface avgpool {}
        """;
    List<String> findings = findings(33, nodes);
    assertThat(findings).hasSize(2);
    assertThat(findings.get(0)).contains("pool: 2x2 pooling drops the last row of a 33 x 33 map");
    assertThat(findings.get(1)).contains("column");
    assertThat(findings(34, nodes)).isEmpty();
  }

  @Test
  void aBatchNormOfSinglePixels() {
    String nodes =
        """
          @Conv(out = 8, kernel = 3, stride = 4, padding = 1) interface conv {}
          @BatchNorm interface norm {}
          @GlobalAvgPool interface avgpool {}
        """;
    List<String> findings = findings(4, nodes);
    assertThat(findings).hasSize(1);
    assertThat(findings.get(0)).contains("norm normalises a 1 x 1 map");
    assertThat(findings(8, nodes)).isEmpty();
  }

  @Test
  void noBatchNormBehindAGlobalPool() {
    String nodes =
        """
          @Conv(out = 8, kernel = 3, padding = 1) interface conv {}
          @GlobalAvgPool interface avgpool {}
          @BatchNorm interface norm {}
        """;
    assertThat(findings(8, nodes)).isEmpty();
  }

  @Test
  void groupsThatAreWiderThanTheirBlock() {
    String nodes =
        """
          @Conv(out = 256) interface widen {}
          @Conv(out = 256, kernel = 3, padding = 1, groups = 4) interface grouped {}
          @Conv(out = 64) interface narrow {}
          @GlobalAvgPool interface avgpool {}
        """;
    // The block is the network, and its output the classes.
    assertThat(findings(8, nodes).get(0))
        .contains("grouped has 256 channels, wider than the block's output of 10");
  }
}
