package io.blockwork.engine.onednn;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

final class NetworkStateTest {
  private static final Function<InferenceBinder, ForwardPass> PASS = binder -> fail("not bound");

  @Test
  void aDivisionIsMeasuredOnce() {
    NetworkState state = new NetworkState();
    Division measured = new Division(4, 2);
    assertThat(state.division(PASS, 8, () -> measured)).isEqualTo(measured);
    assertThat(state.division(PASS, 8, () -> fail("measured again"))).isEqualTo(measured);
  }

  @Test
  void aDivisionThatIsFixedIsNotMeasured() {
    NetworkState state = new NetworkState();
    Division given = new Division(8, 1);
    state.division(PASS, 8, () -> new Division(1, 2));
    state.fix(8, given);
    assertThat(state.division(PASS, 8, () -> fail("measured"))).isEqualTo(given);
    Division other = new Division(2, 2);
    assertThat(state.division(PASS, 4, () -> other)).isEqualTo(other);
  }
}
