package io.blockwork.image;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class PreprocessingTest {
  private static final int[][] PLACES = {{0, 0, 0}, {1, 111, 111}, {2, 223, 223}, {0, 17, 200}};

  @ParameterizedTest
  @ValueSource(strings = {"china.jpg", "flower.jpg"})
  void photographsAreTorchvisionsToTheLastBit(String name) {
    JsonNode expected = References.section("crop224").get(name);
    ByteImage image = References.image(name);
    ByteImage crop = Preprocessing.imageNet().resizeAndCrop(image);
    assertEquals(References.image(name.replace(".jpg", "-224.png")), crop);
    assertEquals(expected.get("cropCrc32").longValue(), References.crc32(crop));

    INDArray input = Preprocessing.imageNet().apply(image);
    assertArrayEquals(new long[] {1, 3, 224, 224}, input.shape());
    for (int i = 0; i < PLACES.length; i++) {
      int[] at = PLACES[i];
      assertEquals(
          (float) expected.get("values").get(i).doubleValue(),
          input.getFloat(0, at[0], at[1], at[2]));
    }
    INDArray wide = input.castTo(DataType.DOUBLE);
    assertEquals(expected.get("sum").doubleValue(), wide.sumNumber().doubleValue(), 1e-6);
    assertEquals(
        expected.get("squares").doubleValue(), wide.mul(wide).sumNumber().doubleValue(), 1e-6);
  }

  @Test
  void rowsOfABatchAndBuffersTakeTheSameNumbers() {
    ByteImage china = References.image("china.jpg");
    Preprocessing preprocessing = Preprocessing.imageNet(40, 32);
    INDArray batch = preprocessing.apply(References.image("flower.jpg"), china);
    INDArray rows = Nd4j.create(DataType.FLOAT, 2, 3, 32, 32);
    preprocessing.applyTo(china, rows.slice(1));
    assertEquals(batch.slice(1), rows.slice(1));
    assertEquals(0, rows.slice(0).sumNumber().doubleValue());
    preprocessing.applyTo(china, rows.get(NDArrayIndex.interval(0, 1)));
    assertEquals(batch.slice(1), rows.slice(0));
    FloatBuffer buffer = FloatBuffer.allocate(3 * 32 * 32);
    preprocessing.applyTo(china, buffer);
    assertArrayEquals(batch.slice(1).dup('c').data().asFloat(), buffer.array());
  }

  @Test
  void mistakesAreNamed() {
    assertThat(
            assertThrows(
                IllegalArgumentException.class,
                () ->
                    Preprocessing.normalizeOnly()
                        .apply(References.pattern(4, 4, 3), References.pattern(5, 4, 3))))
        .hasMessageThat()
        .contains("image 1 is 5 x 4 RGB after preprocessing, image 0 is 4 x 4 RGB");
    assertThrows(
        IllegalArgumentException.class,
        () -> Preprocessing.imageNet().withNormalization(List.of(0.5), List.of(0.5)));
    assertThrows(IllegalArgumentException.class, () -> Preprocessing.imageNet(-1, 224));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            Preprocessing.imageNet()
                .applyTo(References.pattern(9, 9, 3), Nd4j.create(DataType.FLOAT, 3, 32, 32)));
  }

  @Test
  void answersAreRankedAndNamed() {
    List<String> names = List.of("cat", "dog", "frog");
    List<List<Prediction>> answers =
        Classification.classify(
            input -> {
              assertArrayEquals(new long[] {1, 3, 4, 4}, input.shape());
              return Nd4j.createFromArray(new float[][] {{1, 3, 2}});
            },
            Preprocessing.imageNet(5, 4),
            names,
            References.pattern(9, 7, 3).toBufferedImage());
    assertThat(answers).hasSize(1);
    assertThat(answers.get(0).stream().map(Prediction::name).toList())
        .containsExactly("dog", "frog", "cat")
        .inOrder();
    Prediction best = answers.get(0).get(0);
    assertEquals(1, best.index());
    assertEquals(0.66524, best.probability(), 1e-5);
    assertEquals("dog (1) 66.5 %", best.toString());
    assertThat(
            Classification.rank(Nd4j.createFromArray(new float[][] {{1, 3, 2}}), names, 2).get(0))
        .hasSize(2);
    assertThrows(
        IllegalArgumentException.class,
        () -> Classification.rank(Nd4j.createFromArray(new float[][] {{1, 3}}), names, 1));
  }
}
