package io.blockwork.data;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.image.References;
import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

/** Labels that are numbered by the names of other classes. */
final class ClassNamesTest {
  private static final List<String> ALL = List.of("cat", "dog", "frog");

  private static ArrayDataset arrays() {
    return ArrayDataset.of(Nd4j.arange(3).reshape(3, 1, 1, 1), List.of("frog", "cat"), 0, 1, 0);
  }

  @Test
  void labelsFollowTheNames() {
    Dataset data = arrays().withClasses(ALL);
    assertThat(data.classNames()).isEqualTo(ALL);
    assertThat(List.of(data.label(0), data.label(1), data.label(2)))
        .containsExactly(2, 0, 2)
        .inOrder();
    FloatBuffer value = FloatBuffer.allocate(1);
    data.read(2, new CounterRandom(0), value);
    assertThat(value.get(0)).isEqualTo(2f);
    ImageDataset images =
        new InMemoryImages(List.of(References.pattern(2, 2, 3)), List.of("dog"), 0)
            .withClasses(ALL);
    assertThat(images.label(0)).isEqualTo(1);
  }

  @Test
  void aClassThatIsNotAmongThemIsNamed() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> arrays().withClasses(List.of("cat", "dog")));
    assertThat(e)
        .hasMessageThat()
        .contains("1 classes of the data set are not among the 2 given: frog");
    assertThrows(
        IllegalArgumentException.class, () -> arrays().withClasses(List.of("cat", "frog", "cat")));
  }

  @Test
  void transformsAddUp() {
    TensorTransform plusOne = plus(1);
    TensorTransform plusTen = plus(10);
    FloatBuffer value = FloatBuffer.allocate(1);
    arrays().with(plusOne).with(plusTen).read(0, new CounterRandom(0), value);
    assertThat(value.get(0)).isEqualTo(11f);
  }

  private static TensorTransform plus(float amount) {
    return (image, random) ->
        new FloatImage(image.shape(), new float[] {image.values()[0] + amount});
  }
}
