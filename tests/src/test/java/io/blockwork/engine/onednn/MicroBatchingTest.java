package io.blockwork.engine.onednn;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;

import io.blockwork.engine.Precision;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MicroBatchingTest {
  /** ResNet-50 on 224 x 224 pixels, and ResNet-20 on 32 x 32. */
  private static final long LARGE = 64 * 112 * 112;

  private static final long SMALL = 16 * 32 * 32;

  @ParameterizedTest
  @CsvSource({
    // batch, threads, images of a micro-batch, streams, threads of each
    "16, 2, 4, 2, 1",
    "64, 2, 4, 2, 1",
    "64, 16, 4, 16, 1",
    "16, 16, 1, 16, 1",
    "18, 2, 3, 2, 1",
    "2, 2, 1, 2, 1",
    // Two threads would do three images in the time of four.
    "3, 2, 3, 1, 2",
    "5, 4, 5, 1, 4",
    "1, 2, 1, 1, 2",
    "16, 1, 4, 1, 1",
  })
  void theCacheAndBusyThreadsDecide(int batch, int threads, int images, int streams, int each) {
    assertThat(MicroBatching.of(batch, LARGE, Precision.FLOAT, threads))
        .isEqualTo(new MicroBatching(images, streams, each));
  }

  @Test
  void smallImagesMakeLargeMicroBatches() {
    assertThat(MicroBatching.of(64, SMALL, Precision.FLOAT, 2))
        .isEqualTo(new MicroBatching(32, 2, 1));
  }

  @Test
  void oneImageIsTooLittleForMatrixUnits() {
    assertThat(MicroBatching.of(16, LARGE, Precision.BFLOAT16, 16))
        .isEqualTo(MicroBatching.whole(16, 16));
    assertThat(MicroBatching.of(16, LARGE, Precision.BFLOAT16, 2))
        .isEqualTo(new MicroBatching(4, 2, 1));
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

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 6, 8, 16, 48, 64})
  void candidatesCoverAnyBatchWithThreadsThatAreThere(int threads) {
    for (int batch = 2; batch <= 256; batch++) {
      for (long largest : new long[] {LARGE, SMALL}) {
        for (Precision precision : Precision.values()) {
          List<MicroBatching> candidates =
              MicroBatching.candidates(batch, largest, precision, threads);
          String what = batch + " images on " + threads + " threads: " + candidates;
          assertWithMessage(what).that(candidates).containsNoDuplicates();
          assertWithMessage(what).that(candidates.size()).isAtMost(2 + 2 * 8);
          assertWithMessage(what)
              .that(candidates.stream().anyMatch(c -> c.streams() == 1 && c.threads() == threads))
              .isTrue();
          for (MicroBatching each : candidates) {
            assertWithMessage(what).that(each.images()).isAtMost(batch);
            assertWithMessage(what).that(each.streams() * each.threads()).isAtMost(threads);
            assertWithMessage(what)
                .that(each.rounds(batch) * each.streams() * each.images())
                .isAtLeast(batch);
            assertWithMessage(what).that(each.images() < batch || batch <= 16).isTrue();
          }
        }
      }
    }
  }

  @Test
  void teamsOfSomeThreadsAndMicroBatchesOnOneThreadAreAmongTheCandidates() {
    assertThat(MicroBatching.candidates(16, LARGE, Precision.FLOAT, 64))
        .contains(new MicroBatching(1, 16, 4));
    assertThat(MicroBatching.candidates(64, LARGE, Precision.BFLOAT16, 16))
        .containsAtLeast(new MicroBatching(4, 16, 1), new MicroBatching(8, 4, 4));
    assertThat(MicroBatching.candidates(16, LARGE, Precision.FLOAT, 1))
        .containsExactly(
            new MicroBatching(4, 1, 1),
            new MicroBatching(16, 1, 1),
            new MicroBatching(8, 1, 1),
            new MicroBatching(2, 1, 1));
  }

  @Test
  void aTextGivesTheSameMicroBatchesBackIfTheyFit() {
    MicroBatching some = new MicroBatching(4, 3, 2);
    assertThat(MicroBatching.parse(some.toString(), 16, 6)).hasValue(some);
    assertThat(MicroBatching.parse(some.toString(), 3, 6)).isEmpty();
    assertThat(MicroBatching.parse(some.toString(), 16, 5)).isEmpty();
    assertThat(MicroBatching.parse("images 0, streams 1, threads 1", 16, 5)).isEmpty();
    assertThat(MicroBatching.parse("images 4", 16, 5)).isEmpty();
  }
}
