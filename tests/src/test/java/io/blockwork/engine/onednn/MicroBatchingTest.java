package io.blockwork.engine.onednn;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;

import io.blockwork.engine.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MicroBatchingTest {
  /** ResNet-50 on 224 x 224 pixels, and ResNet-20 on 32 x 32. */
  private static final long LARGE = 64 * 112 * 112;

  private static final long SMALL = 16 * 32 * 32;

  @ParameterizedTest
  @CsvSource({
    // batch, threads, images of a micro-batch, streams
    "16, 2, 4, 2",
    "64, 2, 4, 2",
    "64, 16, 4, 16",
    "16, 16, 1, 16",
    "18, 2, 3, 2",
    "2, 2, 1, 2",
    // Two threads would do three images in the time of four.
    "3, 2, 3, 1",
    "5, 4, 5, 1",
    "1, 2, 1, 1",
    "16, 1, 4, 1",
  })
  void theCacheAndBusyThreadsDecide(int batch, int threads, int images, int streams) {
    assertThat(MicroBatching.of(batch, LARGE, Precision.FLOAT, threads))
        .isEqualTo(new MicroBatching(images, streams));
  }

  @Test
  void smallImagesMakeLargeMicroBatches() {
    assertThat(MicroBatching.of(64, SMALL, Precision.FLOAT, 2)).isEqualTo(new MicroBatching(32, 2));
  }

  @Test
  void oneImageIsTooLittleForMatrixUnits() {
    assertThat(MicroBatching.of(16, LARGE, Precision.BFLOAT16, 16))
        .isEqualTo(MicroBatching.whole(16));
    assertThat(MicroBatching.of(16, LARGE, Precision.BFLOAT16, 2))
        .isEqualTo(new MicroBatching(4, 2));
  }

  @Test
  void anyBatchIsCoveredAndNoThreadIsIdleForLong() {
    for (int threads = 1; threads <= 20; threads++) {
      for (int batch = 1; batch <= 200; batch++) {
        MicroBatching chosen = MicroBatching.of(batch, LARGE, Precision.FLOAT, threads);
        String what = batch + " images on " + threads + " threads: " + chosen;
        assertWithMessage(what).that(chosen.images()).isAtMost(batch);
        if (chosen.streams() > 1) {
          assertWithMessage(what).that(chosen.streams()).isEqualTo(threads);
          assertWithMessage(what).that(chosen.images()).isAtMost(4);
          assertWithMessage(what).that(batch).isAtLeast(chosen.images() * threads);
        }
      }
    }
  }
}
