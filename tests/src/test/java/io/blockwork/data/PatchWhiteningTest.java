package io.blockwork.data;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Holds filters to those that {@code whitening.py} made with PyTorch. */
final class PatchWhiteningTest {
  private static final int SIDE = 9;

  private static ArrayDataset images(int n) {
    float[] values = new float[n * 3 * SIDE * SIDE];
    for (int image = 0; image < n; image++) {
      for (int i = 0; i < 3 * SIDE * SIDE; i++) {
        int c = i / (SIDE * SIDE);
        int y = i / SIDE % SIDE;
        int x = i % SIDE;
        values[image * 3 * SIDE * SIDE + i] =
            (float)
                (Math.sin(0.7 * y + image)
                    + 0.5 * Math.cos(1.3 * x * (c + 1))
                    + 0.1 * Math.sin(5.0 * i * (image + 1)));
      }
    }
    INDArray array = Nd4j.createFromArray(values).reshape('c', n, 3, SIDE, SIDE);
    return ArrayDataset.of(array, List.of("only"), new int[n]);
  }

  @Test
  void equalsPyTorch() throws IOException {
    JsonNode torch;
    try (InputStream in =
        PatchWhiteningTest.class.getResourceAsStream("/training/whitening.json")) {
      torch = new ObjectMapper().readTree(in);
    }
    INDArray filters = PatchWhitening.filters(images(5), 2, 100, torch.get("epsilon").asDouble());
    assertThat(filters.shape()).isEqualTo(new long[] {24, 3, 2, 2});
    assertThat(filters.dataType()).isEqualTo(DataType.DOUBLE);
    INDArray rows = filters.reshape('c', 24, 12);
    for (int i = 0; i < 24; i++) {
      for (int j = 0; j < 12; j++) {
        assertWithMessage("filter %s, value %s", i, j)
            .that(rows.getDouble(i, j))
            .isWithin(1e-10)
            .of(torch.get("filters").get(i).get(j).asDouble());
      }
      assertThat(rows.getRow(i).neg()).isEqualTo(rows.getRow((i + 12) % 24));
    }
  }

  @Test
  void looksAtTheFirstImagesOnly() {
    assertThat(PatchWhitening.filters(images(5), 3, 2, 1e-3))
        .isEqualTo(PatchWhitening.filters(images(2), 3, 100, 1e-3));
  }

  @Test
  void refusesWhatHasNoPatches() {
    assertThat(
            assertThrows(
                IllegalArgumentException.class,
                () -> PatchWhitening.filters(images(1), SIDE + 1, 1, 1e-3)))
        .hasMessageThat()
        .isEqualTo("whitening: images of 3 x 9 x 9 have no patches of 10");
    assertThat(
            assertThrows(
                IllegalArgumentException.class,
                () -> PatchWhitening.filters(images(1), 2, 0, 1e-3)))
        .hasMessageThat()
        .startsWith("whitening: expected a positive kernel, number of images and epsilon");
  }
}
