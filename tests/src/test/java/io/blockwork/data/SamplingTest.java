package io.blockwork.data;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Orders of items other than once each. */
final class SamplingTest {
  private static final int ITEMS = 60;

  /** Item i has the value i, and noise of its own beside it. */
  static Dataset items(int... labels) {
    return new Dataset() {
      @Override
      public ImageShape shape() {
        return new ImageShape(1, 1, 2);
      }

      @Override
      public void read(
          int index, java.util.random.RandomGenerator random, java.nio.FloatBuffer target) {
        target.put(index).put((float) random.nextDouble());
      }

      @Override
      public int size() {
        return labels.length;
      }

      @Override
      public int label(int index) {
        return labels[index];
      }

      @Override
      public List<String> classNames() {
        return List.of("few", "many", "none");
      }
    };
  }

  private static int[] labels() {
    int[] labels = new int[ITEMS];
    Arrays.fill(labels, 6, ITEMS, 1);
    return labels;
  }

  private static List<List<Double>> epoch(DataLoader loader, int number, int first) {
    List<List<Double>> rows = new ArrayList<>();
    try (loader) {
      for (Batch batch : loader.epoch(number + 1, first)) {
        for (int i = 0; i < batch.size(); i++) {
          rows.add(
              List.of(batch.images().getDouble(i, 0, 0, 0), batch.images().getDouble(i, 0, 0, 1)));
        }
      }
    }
    return rows;
  }

  @Test
  void eachItemComesSeveralTimesInARowWithChanceOfItsOwn() {
    DataLoader loader =
        DataLoader.of(items(labels())).batchSize(9).shuffle(true).seed(4).repeats(3).build();
    DataLoader plain = DataLoader.of(items(labels())).batchSize(9).shuffle(true).seed(4).build();
    List<List<Double>> rows = epoch(loader, 2, 0);
    List<List<Double>> once = epoch(plain, 2, 0);
    assertThat(rows).hasSize(ITEMS);
    assertThat(rows.stream().distinct().count()).isEqualTo(ITEMS);
    for (int i = 0; i < ITEMS; i++) {
      assertThat(rows.get(i).get(0)).isEqualTo(once.get(i / 3).get(0));
    }
    assertThat(rows.get(3)).isEqualTo(once.get(1));
    assertThat(epoch(loader, 2, 4)).isEqualTo(rows.subList(36, ITEMS));
    assertThat(loader.toString()).contains("each 3 times");
  }

  @Test
  void weightsDrawItemsAsOftenAsTheySay() {
    double[] weights = Balance.itemWeights(items(labels()));
    weights[0] = 0;
    DataLoader loader = DataLoader.of(items(labels())).batchSize(7).weights(weights).build();
    Map<Integer, Integer> counts = new HashMap<>();
    int few = 0;
    int epochs = 200;
    for (int number = 0; number < epochs; number++) {
      List<List<Double>> rows = epoch(loader, number, 0);
      assertThat(rows).hasSize(ITEMS);
      for (List<Double> row : rows) {
        counts.merge(row.get(0).intValue(), 1, Integer::sum);
        few += row.get(0) < 6 ? 1 : 0;
      }
    }
    assertThat(counts.keySet()).doesNotContain(0);
    // 5 of 6 in the small class: 5/11 of all; five standard deviations are 0.023.
    assertThat(few / (double) (epochs * ITEMS)).isWithin(0.023).of(5.0 / 11);
    assertThat(counts).hasSize(ITEMS - 1);
    assertThat(epoch(loader, 3, 0)).isEqualTo(epoch(loader, 3, 0));
    assertThat(epoch(loader, 3, 0)).isNotEqualTo(epoch(loader, 4, 0));
  }

  @Test
  void classWeightsBalanceClasses() {
    assertThat(Balance.classWeights(items(labels())))
        .isEqualTo(new double[] {60.0 / (3 * 6), 60.0 / (3 * 54), 0});
    assertThrows(
        IllegalArgumentException.class, () -> Balance.itemWeights(items(0, Labelled.UNLABELLED)));
  }

  @Test
  void weightsThatSayNothingAreRefused() {
    INDArray images = Nd4j.create(DataType.FLOAT, 3, 1, 1, 1);
    DataLoader.Builder builder = DataLoader.of(ArrayDataset.of(images, List.of("a", "b"), 0, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> builder.weights(1, 2));
    assertThrows(IllegalArgumentException.class, () -> builder.weights(0, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> builder.weights(1, Double.NaN, 1));
    assertThrows(IllegalArgumentException.class, () -> builder.repeats(0));
    DataLoader.Builder both = builder.weights(1, 2, 3).repeats(2);
    assertThrows(IllegalArgumentException.class, both::build);
  }
}
