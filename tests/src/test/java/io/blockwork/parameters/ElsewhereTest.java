package io.blockwork.parameters;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Parameters and gradients that an engine keeps elsewhere. */
class ElsewhereTest {
  private static final List<ParameterInfo> STATE =
      List.of(
          new ParameterInfo("fc.weight", ParameterInfo.Kind.LINEAR_WEIGHT, List.of(1, 2)),
          new ParameterInfo("fc.bias", ParameterInfo.Kind.LINEAR_BIAS, List.of(1)));

  private final Parameters parameters = new Parameters(STATE, DataType.FLOAT);

  /** The copy: each value that is fetched is this one. */
  private float value;

  private int fetched;

  private final List<FloatBuffer> memory = new ArrayList<>();

  private final Runnable fetch =
      () -> {
        fetched++;
        for (FloatBuffer values : memory) {
          for (int i = 0; i < values.limit(); i++) {
            values.put(i, value);
          }
        }
      };

  ElsewhereTest() {
    parameters.write(
        lent -> parameters.names().forEach(name -> memory.add(lent.values(name).floats())));
  }

  private void change(float to) {
    parameters.writeElsewhere(fetch, lent -> value = to);
  }

  @Test
  void everyWayOfReadingFetchesOnce() {
    List<Runnable> ways =
        List.of(
            () -> assertThat(parameters.get("fc.bias").getFloat(0)).isEqualTo(value),
            () -> assertThat(parameters.flat().getFloat(2)).isEqualTo(value),
            () -> assertThat(parameters.copies().keySet()).contains("fc.bias"),
            () -> assertThat(parameters.values("fc.bias").floats().get(0)).isEqualTo(value),
            () -> parameters.write(lent -> assertThat(lent.flat().getFloat(0)).isEqualTo(value)),
            () -> assertThat(parameters.firstNonFinite()).isEmpty(),
            () -> parameters.settle());
    for (int i = 0; i < ways.size(); i++) {
      fetched = 0;
      change(i + 1);
      assertThat(fetched).isEqualTo(0);
      ways.get(i).run();
      ways.get(i).run();
      assertThat(fetched).isEqualTo(1);
    }
  }

  @Test
  void aChangeElsewhereIsANewVersion() {
    long before = parameters.version();
    change(1);
    assertThat(parameters.version()).isGreaterThan(before);
    assertThat(fetched).isEqualTo(0);
  }

  @Test
  void aValueThatIsWrittenLeavesTheOthersFetched() {
    change(5);
    parameters.set("fc.bias", 7);
    assertThat(parameters.flat().data().asFloat()).isEqualTo(new float[] {5, 5, 7});
    assertThat(fetched).isEqualTo(1);
  }

  @Test
  void withinAWriteTheValuesAreFetchedAtOnce() {
    parameters.write(
        lent -> {
          change(4);
          assertThat(lent.flat().getFloat(0)).isEqualTo(4f);
          lent.flat().addi(1);
        });
    assertThat(parameters.flat().getFloat(0)).isEqualTo(5f);
    assertThat(fetched).isEqualTo(1);
  }

  @Test
  void oneCopyIsFetchedBeforeAnotherChanges() {
    change(2);
    int before = parameters.writeElsewhere(() -> {}, lent -> fetched);
    assertThat(before).isEqualTo(1);
    assertThat(parameters.flat().getFloat(0)).isEqualTo(2f);
  }

  @Test
  void aChangeThatFailsLeavesWhatWasThere() {
    change(2);
    assertThrows(
        ArithmeticException.class,
        () ->
            parameters.writeElsewhere(
                fetch,
                lent -> {
                  throw new ArithmeticException();
                }));
    assertThat(parameters.flat().getFloat(0)).isEqualTo(2f);
    assertThrows(
        ArithmeticException.class,
        () ->
            parameters.writeElsewhere(
                fetch,
                lent -> {
                  throw new ArithmeticException();
                }));
    parameters.flat();
    assertThat(fetched).isEqualTo(1);
  }

  @Test
  void severalReadersFetchOnce() {
    change(6);
    boolean same =
        IntStream.range(0, 16)
            .parallel()
            .allMatch(i -> parameters.get("fc.weight").getFloat(1) == 6f);
    assertThat(same).isTrue();
    assertThat(fetched).isEqualTo(1);
  }

  @Test
  void gradientsComeWhenSomebodyAsksForThem() {
    Gradients gradients = new Gradients(STATE, DataType.FLOAT);
    Consumer<INDArray> source = flat -> flat.assign(++fetched);
    assertThat(gradients.isUntouched()).isTrue();
    gradients.leaveElsewhere(source);
    assertThat(gradients.isUntouched()).isFalse();
    assertThat(gradients.areElsewhere(source)).isTrue();
    assertThat(gradients.areElsewhere(flat -> {})).isFalse();
    assertThat(gradients.get("fc.bias").getFloat(0)).isEqualTo(1f);
    assertThat(gradients.areElsewhere(source)).isFalse();
    assertThat(gradients.flat().getFloat(0)).isEqualTo(1f);
    gradients.leaveElsewhere(source);
    gradients.settle();
    gradients.settle();
    assertThat(fetched).isEqualTo(2);
    gradients.leaveElsewhere(source);
    gradients.clear();
    assertThat(gradients.flat().sumNumber().doubleValue()).isEqualTo(0);
    gradients.leaveElsewhere(source);
    gradients.close();
    gradients.settle();
    assertThat(fetched).isEqualTo(2);
  }

  @Test
  void gradientsThatAreClearedBeforeTheyAreFetchedAreZero() {
    Gradients gradients = new Gradients(STATE, DataType.FLOAT);
    gradients.leaveElsewhere(flat -> flat.assign(1));
    gradients.clear();
    assertThat(gradients.isUntouched()).isFalse();
    assertThat(gradients.flat().sumNumber().doubleValue()).isEqualTo(0);
  }
}
