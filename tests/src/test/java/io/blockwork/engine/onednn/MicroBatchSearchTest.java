package io.blockwork.engine.onednn;

import static com.google.common.truth.Truth.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MicroBatchSearchTest {
  private static final Duration LIMIT = Duration.ofMillis(100);
  private static final MicroBatching RULE = new MicroBatching(4, 2, 1);
  private static final MicroBatching WHOLE = new MicroBatching(16, 1, 2);
  private static final MicroBatching OTHER = new MicroBatching(8, 2, 1);

  /** What each way takes for a round, in milliseconds; the clock goes on by that. */
  private long now;

  private final List<MicroBatching> bound = new ArrayList<>();
  private int open;
  private int runs;

  private MicroBatching fastest(int batch, Map<MicroBatching, Integer> milliseconds) {
    return new MicroBatchSearch(() -> now, LIMIT)
        .fastest(batch, List.of(RULE, WHOLE, OTHER), way -> trial(way, milliseconds));
  }

  private MicroBatchSearch.Trial trial(
      MicroBatching way, Map<MicroBatching, Integer> milliseconds) {
    bound.add(way);
    open++;
    return new MicroBatchSearch.Trial() {
      @Override
      public void run() {
        runs++;
        now += Duration.ofMillis(milliseconds.getOrDefault(way, 0)).toNanos();
      }

      @Override
      public void close() {
        open--;
      }
    };
  }

  @Test
  void roundsOfABatchAreCountedNotImages() {
    // 64 images are 8 rounds of 8, 4 rounds of 16 and 4 rounds of 16.
    assertThat(fastest(64, Map.of(RULE, 2, WHOLE, 5, OTHER, 3))).isEqualTo(OTHER);
    assertThat(bound).containsExactly(RULE, WHOLE, OTHER).inOrder();
    assertThat(open).isEqualTo(0);
  }

  @Test
  void theRuleStandsUnlessAnotherIsClearlyFaster() {
    assertThat(fastest(64, Map.of(RULE, 100, WHOLE, 192, OTHER, 300))).isEqualTo(RULE);
    assertThat(fastest(64, Map.of(RULE, 100, WHOLE, 189, OTHER, 300))).isEqualTo(WHOLE);
  }

  @Test
  void nothingNewIsBegunAfterTheLimitButTheWholeBatchIsMeasured() {
    assertThat(fastest(16, Map.of(RULE, 1000, WHOLE, 1000, OTHER, 1))).isEqualTo(WHOLE);
    assertThat(bound).containsExactly(RULE, WHOLE).inOrder();
    // One run each to warm up, and one that counts.
    assertThat(runs).isEqualTo(4);
    assertThat(open).isEqualTo(0);
  }
}
