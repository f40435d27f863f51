package io.blockwork.data;

import static com.google.common.truth.Truth.assertThat;

import io.blockwork.image.ByteImage;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FlippedInTurnsTest {
  private static final int SIZE = 200;

  private static final ImageDataset IMAGES =
      new InMemoryImages(
          Collections.nCopies(SIZE, new ByteImage(2, 1, 1, new byte[] {1, 2})),
          List.of("only"),
          new int[SIZE]);

  private static boolean isFlipped(int index, int epoch) {
    return IMAGES.flippedInTurns(epoch).image(index).sample(0, 0, 0) == 2;
  }

  @Test
  void twoEpochsInARowSeeBothSidesOfEachImage() {
    int first = 0;
    for (int i = 0; i < SIZE; i++) {
      for (int epoch = 1; epoch < 5; epoch++) {
        assertThat(isFlipped(i, epoch)).isNotEqualTo(isFlipped(i, epoch + 1));
      }
      first += isFlipped(i, 1) ? 1 : 0;
    }
    assertThat(first).isGreaterThan(SIZE / 3);
    assertThat(first).isLessThan(2 * SIZE / 3);
  }
}
