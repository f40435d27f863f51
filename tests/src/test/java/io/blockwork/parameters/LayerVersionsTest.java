package io.blockwork.parameters;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.parameters.ParameterInfo.Kind;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/** What an engine has made of a layer's values is old once one of them may have changed. */
class LayerVersionsTest {
  private final Parameters parameters =
      new Parameters(
          List.of(
              new ParameterInfo("a.b.weight", Kind.LINEAR_WEIGHT, List.of(1, 2)),
              new ParameterInfo("a.b.bias", Kind.LINEAR_BIAS, List.of(1)),
              new ParameterInfo("a.weight", Kind.LINEAR_WEIGHT, List.of(1, 1))),
          DataType.FLOAT);

  @AfterEach
  void close() {
    parameters.close();
  }

  @Test
  void aValueThatIsSetChangesItsLayerAlone() {
    long other = parameters.version("a");
    parameters.set("a.b.bias", 1);
    assertThat(parameters.version("a.b")).isEqualTo(parameters.version());
    assertThat(parameters.version("a")).isEqualTo(other);
  }

  @Test
  void aWriterChangesWhatItNames() {
    long before = parameters.version("a.b");
    parameters.write(
        parameters.part(Set.of("a.weight")), memory -> memory.view("a.weight").assign(2));
    assertThat(parameters.version("a")).isEqualTo(parameters.version());
    assertThat(parameters.version("a.b")).isEqualTo(before);
  }

  @Test
  void aWriterThatNamesNothingMayHaveChangedEverything() {
    parameters.set("a.b.bias", 1);
    parameters.write(memory -> memory.flat().assign(2));
    assertThat(parameters.version("a")).isEqualTo(parameters.version());
    assertThat(parameters.version("a.b")).isEqualTo(parameters.version());
  }

  @Test
  void anOverwriterThatFailsMayHaveChangedItsEntry() {
    long before = parameters.version("a");
    long other = parameters.version("a.b");
    assertThrows(
        IllegalStateException.class,
        () ->
            parameters.overwrite(
                "a.weight",
                values -> {
                  throw new IllegalStateException("half-way");
                }));
    assertThat(parameters.version("a")).isGreaterThan(before);
    assertThat(parameters.version("a.b")).isEqualTo(other);
  }

  @Test
  void aWriterNamesWhatIsThere() {
    assertThrows(NoSuchElementException.class, () -> parameters.part(Set.of("a.wait")));
  }

  @Test
  void aWriterThatFailsMayHaveChangedItsEntries() {
    long before = parameters.version("a");
    assertThrows(
        IllegalStateException.class,
        () ->
            parameters.write(
                parameters.part(Set.of("a.weight")),
                memory -> {
                  throw new IllegalStateException("half-way");
                }));
    assertThat(parameters.version("a")).isGreaterThan(before);
  }
}
