package io.blockwork.engine.onednn;

import static com.google.common.truth.Truth.assertThat;

import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What plans of one network know of each other. */
class NetworkStateTest {
  private static final Division WHOLE = new Division(8, 1);
  private static final Division HALVES = new Division(4, 2);

  private static Function<InferenceBinder, ForwardPass> pass() {
    return new Function<>() {
      @Override
      public ForwardPass apply(InferenceBinder bind) {
        throw new UnsupportedOperationException();
      }
    };
  }

  @Test
  void everyPassHasItsOwnDivisions() {
    NetworkState state = new NetworkState();
    Function<InferenceBinder, ForwardPass> network = pass();
    Function<InferenceBinder, ForwardPass> tap = pass();
    assertThat(state.division(tap, 8, () -> WHOLE)).isEqualTo(WHOLE);
    assertThat(state.division(network, 8, () -> HALVES)).isEqualTo(HALVES);
    assertThat(state.division(network, 16, () -> WHOLE)).isEqualTo(WHOLE);
    assertThat(state.division(tap, 8, () -> HALVES)).isEqualTo(WHOLE);
  }

  @Test
  void aDivisionIsMeasuredOnce() {
    NetworkState state = new NetworkState();
    Function<InferenceBinder, ForwardPass> network = pass();
    AtomicInteger measurements = new AtomicInteger();
    for (int i = 0; i < 3; i++) {
      state.division(
          network,
          8,
          () -> {
            measurements.incrementAndGet();
            return WHOLE;
          });
    }
    assertThat(measurements.get()).isEqualTo(1);
  }
}
