package io.blockwork.golden;

import io.blockwork.Network;
import io.blockwork.onnx.exporter.RoundTrip;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** At the size of the numeric part; the examples' own sizes have a test beside the exporter. */
@DisplayName("Networks of the golden figures come back from ONNX with the same bits")
final class GoldenExportTest {
  @TempDir private Path folder;

  static Stream<Class<? extends Network>> quick() {
    return networks(false);
  }

  static Stream<Class<? extends Network>> slow() {
    return networks(true);
  }

  private static Stream<Class<? extends Network>> networks(boolean slow) {
    return Stream.concat(
        GoldenCase.all().filter(each -> each.slow() == slow).map(GoldenCase::network),
        Arrays.stream(ComposedGoldenTest.Composed.values())
            .filter(each -> each.slow() == slow)
            .map(ComposedGoldenTest.Composed::network));
  }

  @ParameterizedTest
  @MethodSource("quick")
  void givesTheSameBits(Class<? extends Network> type) throws Exception {
    RoundTrip.check(type, folder);
  }

  @Tag("nightly")
  @ParameterizedTest
  @MethodSource("slow")
  void largeOnesGiveTheSameBits(Class<? extends Network> type) throws Exception {
    RoundTrip.check(type, folder);
  }
}
