package io.blockwork.data;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.image.ByteImage;
import io.blockwork.image.References;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nd4j.linalg.api.ndarray.INDArray;

class DataLoaderTest {
  private static final Pipeline AUGMENTED =
      Pipeline.of(
          new RandomCrop(8, 2),
          new RandomHorizontalFlip(0.5),
          new ColorJitter(0.2, 0.2, 0.2, 0.1),
          Normalize.imageNet(),
          new RandomErasing(0.5));

  private static ImageDataset images(int n) {
    ByteImage noise = References.pattern(8 * n, 8, 3);
    return new InMemoryImages(
        IntStream.range(0, n).mapToObj(i -> noise.crop(8 * i, 0, 8, 8)).toList(),
        List.of("a", "b", "c"),
        IntStream.range(0, n).map(i -> i % 3).toArray());
  }

  /** Items that hold their own number; some are damaged. */
  private record Numbers(int size, List<Integer> damaged) implements Dataset {
    @Override
    public ImageShape shape() {
      return new ImageShape(1, 1, 2);
    }

    @Override
    public void read(int index, RandomGenerator random, FloatBuffer target) {
      if (damaged.contains(index)) {
        throw new DataException("numbers.bin", 2L * index, "broken on purpose");
      }
      target.put(index).put(index);
    }

    @Override
    public int label(int index) {
      return index % 2;
    }

    @Override
    public List<String> classNames() {
      return List.of("even", "odd");
    }
  }

  private static List<Integer> items(Iterable<Batch> epoch) {
    List<Integer> items = new ArrayList<>();
    for (Batch batch : epoch) {
      for (int i = 0; i < batch.size(); i++) {
        assertEquals(batch.indices()[i], batch.images().getInt(i, 0, 0, 0));
        items.add(batch.indices()[i]);
      }
    }
    return items;
  }

  private static List<float[]> values(Iterable<Batch> epoch) {
    List<float[]> values = new ArrayList<>();
    for (Batch batch : epoch) {
      values.add(batch.images().dup('c').data().asFloat());
      values.add(
          batch.targets().castTo(org.nd4j.linalg.api.buffer.DataType.FLOAT).data().asFloat());
    }
    return values;
  }

  private static void assertSameValues(List<float[]> expected, List<float[]> actual) {
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), actual.get(i));
    }
  }

  @AfterEach
  void noWorkerIsLeft() {
    assertThat(
            Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("blockwork-data"))
                .toList())
        .isEmpty();
  }

  @Test
  void batchesDoNotDependOnTheNumberOfWorkers() {
    Dataset data = images(53).with(AUGMENTED);
    List<List<float[]>> runs = new ArrayList<>();
    for (int workers : new int[] {0, 1, 2, 7}) {
      try (DataLoader loader =
          DataLoader.of(data)
              .batchSize(10)
              .shuffle(true)
              .seed(42)
              .workers(workers)
              .prefetch(1 + workers)
              .mix(BatchMix.oneOf(new Mixup(0.4), new CutMix(1)))
              .build()) {
        List<float[]> all = values(loader.epoch(1));
        all.addAll(values(loader.epoch(2)));
        runs.add(all);
      }
    }
    assertEquals(24, runs.get(0).size());
    runs.forEach(run -> assertSameValues(runs.get(0), run));
  }

  @Test
  void epochsAndSeedsDifferAndTheOrderIsAPermutation() {
    Dataset data = new Numbers(100, List.of());
    DataLoader loader = DataLoader.of(data).batchSize(7).shuffle(true).seed(1).build();
    List<Integer> first = items(loader.epoch(1));
    assertEquals(first, items(loader.epoch(1)));
    assertNotEquals(first, items(loader.epoch(2)));
    assertNotEquals(
        first, items(DataLoader.of(data).batchSize(7).shuffle(true).seed(2).build().epoch(1)));
    assertEquals(IntStream.range(0, 100).boxed().toList(), first.stream().sorted().toList());
    assertEquals(
        IntStream.range(0, 100).boxed().toList(), items(DataLoader.of(data).build().epoch(1)));
  }

  @Test
  void anEpochCanBeTakenUpInItsMiddle() {
    Dataset data = images(40).with(AUGMENTED);
    DataLoader loader =
        DataLoader.of(data).batchSize(8).shuffle(true).seed(3).mix(new Mixup(1)).build();
    List<float[]> whole = values(loader.epoch(5));
    assertSameValues(whole.subList(6, 10), values(loader.epoch(5, 3)));
    assertSameValues(List.of(), values(loader.epoch(5, 5)));
    assertThrows(IllegalArgumentException.class, () -> loader.epoch(5, 6));
    assertThat(assertThrows(IllegalArgumentException.class, () -> loader.epoch(0)))
        .hasMessageThat()
        .isEqualTo("epochs are counted from 1, got 0");
  }

  @Test
  void theLastBatchIsShortOrDropped() {
    Dataset data = new Numbers(10, List.of());
    DataLoader all = DataLoader.of(data).batchSize(4).build();
    List<Integer> sizes = new ArrayList<>();
    for (Batch batch : all.epoch(1)) {
      sizes.add(batch.size());
      assertArrayEquals(new long[] {batch.size(), 1, 1, 2}, batch.images().shape());
    }
    assertThat(sizes).containsExactly(4, 4, 2).inOrder();
    DataLoader full = DataLoader.of(data).batchSize(4).dropLast(true).build();
    assertEquals(2, full.batches());
    assertThat(items(full.epoch(1))).hasSize(8);
    assertThat(items(DataLoader.of(new Numbers(0, List.of())).build().epoch(1))).isEmpty();
  }

  @Test
  void arraysAreUsedAgain() {
    DataLoader loader =
        DataLoader.of(new Numbers(60, List.of())).batchSize(4).prefetch(1).workers(1).build();
    List<INDArray> arrays = new ArrayList<>();
    for (int epoch = 1; epoch <= 2; epoch++) {
      for (Batch batch : loader.epoch(epoch)) {
        if (arrays.stream().noneMatch(array -> array == batch.images())) {
          arrays.add(batch.images());
        }
      }
    }
    assertThat(arrays).hasSize(2);
  }

  @Test
  void damageStopsTheRunAndNamesFileAndOffset() {
    for (int workers : new int[] {0, 3}) {
      DataLoader loader =
          DataLoader.of(new Numbers(30, List.of(13, 17))).batchSize(5).workers(workers).build();
      Epoch epoch = loader.epoch(1);
      epoch.next();
      epoch.next();
      DataException error = assertThrows(DataException.class, epoch::next);
      assertThat(error).hasMessageThat().isEqualTo("numbers.bin, offset 26: broken on purpose");
      assertEquals(26, error.offset());
      assertEquals("numbers.bin", error.source());
    }
  }

  @Test
  void damageIsLeftOutAndCountedIfAsked() {
    for (int workers : new int[] {0, 3}) {
      DataLoader loader =
          DataLoader.of(new Numbers(20, List.of(0, 6, 7, 15, 16, 17, 18, 19)))
              .batchSize(5)
              .workers(workers)
              .onCorrupt(OnCorrupt.SKIP)
              .build();
      assertThat(items(loader.epoch(1)))
          .containsExactly(1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14)
          .inOrder();
      assertEquals(8, loader.skipped());
      assertThat(loader.damages().get(1))
          .hasMessageThat()
          .isEqualTo("numbers.bin, offset 12: broken on purpose");
    }
  }

  @Test
  void mistakesInADataSetReachTheCallerEvenWhenDamageIsSkipped() {
    Dataset lazy =
        new Dataset() {
          @Override
          public ImageShape shape() {
            return new ImageShape(1, 2, 2);
          }

          @Override
          public void read(int index, RandomGenerator random, FloatBuffer target) {
            target.put(0);
          }

          @Override
          public int size() {
            return 9;
          }

          @Override
          public int label(int index) {
            return 0;
          }

          @Override
          public List<String> classNames() {
            return List.of("x");
          }
        };
    DataLoader loader = DataLoader.of(lazy).onCorrupt(OnCorrupt.SKIP).build();
    assertThat(assertThrows(IllegalStateException.class, () -> loader.epoch(1).next()))
        .hasMessageThat()
        .contains("item 0: only 1 of 4 values were written");
  }

  @Test
  void imagesOfDifferentSizesAreNamed() {
    ImageDataset mixed =
        new InMemoryImages(
            List.of(References.pattern(4, 4, 3), References.pattern(5, 4, 3)), List.of("x"), 0, 0);
    DataLoader loader = DataLoader.of(mixed.with(Pipeline.of())).build();
    assertThat(assertThrows(IllegalStateException.class, () -> loader.epoch(1).next()))
        .hasMessageThat()
        .contains("item 1 is 3 x 4 x 5 after the transforms, but the first image is 3 x 4 x 4");
  }

  @Test
  @Timeout(300)
  void anEpochThatIsAbandonedEndsWithTheNextOrWithTheLoader() {
    DataLoader loader = DataLoader.of(new Numbers(1000, List.of())).batchSize(3).workers(4).build();
    Epoch first = loader.epoch(1);
    first.next();
    Epoch second = loader.epoch(2);
    second.next();
    assertThrows(NoSuchElementException.class, first::next);
    assertThat(second.hasNext()).isTrue();
    loader.close();
    second.next();
    assertThrows(NoSuchElementException.class, second::next);
  }

  @Test
  void mixedBatchesHaveProbabilitiesThatSumToOne() {
    DataLoader loader =
        DataLoader.of(images(9).with(Pipeline.of())).batchSize(9).mix(new CutMix(1)).build();
    Batch batch = loader.epoch(1).next();
    INDArray targets = batch.targets();
    assertSame(targets, batch.probabilities().orElseThrow());
    assertArrayEquals(new long[] {9, 3}, targets.shape());
    assertArrayEquals(
        new float[] {1, 1, 1, 1, 1, 1, 1, 1, 1}, targets.sum(1).data().asFloat(), 1e-6f);
    assertEquals("[0, 1, 2, 0, 1, 2, 0, 1, 2]", Arrays.toString(batch.labels()));
    loader.close();
  }

  @Test
  void aCacheLeavesHalfOfJavasMemory() {
    assertThat(CachedImages.budget(1L << 30, 256 << 20)).isEqualTo(128 << 20);
    assertThat(CachedImages.budget(1L << 20, 256 << 20)).isEqualTo(1 << 20);
  }

  @Test
  void theCacheKeepsWhatFits() {
    int[] reads = new int[1];
    ImageDataset all = images(10);
    ImageDataset counted =
        new ImageDataset() {
          @Override
          public ByteImage image(int index) {
            reads[0]++;
            return all.image(index);
          }

          @Override
          public int size() {
            return all.size();
          }

          @Override
          public int label(int index) {
            return all.label(index);
          }

          @Override
          public List<String> classNames() {
            return all.classNames();
          }
        };
    ImageDataset cached = counted.cached(6 * 8 * 8 * 3 + 5);
    for (int pass = 0; pass < 3; pass++) {
      for (int i = 0; i < 10; i++) {
        assertEquals(all.image(i), cached.image(i));
      }
    }
    assertEquals(10 + 4 + 4, reads[0]);
  }

  @Test
  void settingsAreChecked() {
    DataLoader.Builder builder = DataLoader.of(new Numbers(4, List.of()));
    assertThrows(IllegalArgumentException.class, () -> builder.batchSize(0));
    assertThrows(IllegalArgumentException.class, () -> builder.workers(-1));
    assertThrows(IllegalArgumentException.class, () -> builder.prefetch(0));
  }
}
