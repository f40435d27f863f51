package io.blockwork.data;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shards that Python's tarfile wrote, in pax and GNU format. */
final class TarShardsTest {
  private static final List<String> CLASSES = List.of("a", "b", "c");

  @TempDir Path folder;

  @BeforeEach
  void copyShards() throws IOException {
    for (String name : List.of("shard-0.tar", "shard-1.tar")) {
      try (InputStream in = TarShardsTest.class.getResourceAsStream("/data/" + name)) {
        Files.copy(in, folder.resolve(name));
      }
    }
  }

  private Path shard(int number) {
    return folder.resolve("shard-" + number + ".tar");
  }

  @Test
  void samplesAreReadWhereTheyLie() {
    TarShards shards = TarShards.open(CLASSES, shard(0), shard(1));
    assertThat(shards.size()).isEqualTo(5);
    assertThat(IntStream.range(0, 5).map(shards::label).boxed())
        .containsExactly(1, 0, 2, 1, Labelled.UNLABELLED)
        .inOrder();
    assertThat(IntStream.range(0, 5).map(i -> shards.image(i).sample(2, 1, 0)).boxed())
        .containsExactly(10, 20, 30, 40, 50)
        .inOrder();
    assertThat(shards.shardStarts()).isEqualTo(new int[] {0, 3});
    assertThat(shards.describe(3)).contains("shard-1.tar, offset ");
  }

  @Test
  void aLabelWithoutAClassIsToldWithItsPlace() {
    TarShards shards = TarShards.open(List.of("a", "b"), shard(0));
    DataException e = assertThrows(DataException.class, () -> shards.label(2));
    assertThat(e).hasMessageThat().contains("has the label 2, but there are 2 classes");
    assertThat(TarShards.open(List.of(), shard(0)).label(2)).isEqualTo(2);
  }

  @Test
  void whatIsCutOffOrDamagedIsToldWithItsPlace() throws IOException {
    byte[] whole = Files.readAllBytes(shard(0));
    Files.write(shard(0), Arrays.copyOf(whole, 512 + 20));
    TarShards cut = TarShards.open(CLASSES, shard(0));
    assertThat(cut.size()).isEqualTo(1);
    assertThat(assertThrows(DataException.class, () -> cut.image(0)))
        .hasMessageThat()
        .contains("is cut off within an image");
    byte[] damaged = whole.clone();
    damaged[2 * 512 + 5] ^= 1;
    Files.write(shard(0), damaged);
    assertThat(assertThrows(DataException.class, () -> TarShards.open(CLASSES, shard(0))))
        .hasMessageThat()
        .contains("is not the header of a tar member");
    byte[] image = whole.clone();
    image[512] ^= 1;
    Files.write(shard(0), image);
    TarShards wrong = TarShards.open(CLASSES, shard(0));
    assertThat(assertThrows(DataException.class, () -> wrong.image(0)).offset()).isAtLeast(512);
  }

  @Test
  void compressedShardsAreRefusedWithAWayOut() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(Files.readAllBytes(shard(1)));
    }
    Path compressed = Files.write(folder.resolve("shard.tar.gz"), bytes.toByteArray());
    assertThat(assertThrows(DataException.class, () -> TarShards.open(CLASSES, compressed)))
        .hasMessageThat()
        .contains("gunzip it once");
  }

  /** Any byte of the headers may be wrong: there is a message, and nothing else. */
  @Test
  void damagedHeadersNeverEndInAnythingButADataException() throws IOException {
    byte[] whole = Files.readAllBytes(shard(1));
    CounterRandom random = new CounterRandom(3);
    for (int i = 0; i < 400; i++) {
      byte[] damaged = whole.clone();
      for (int k = 0; k < 3; k++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      Files.write(shard(1), damaged);
      try {
        TarShards shards = TarShards.open(CLASSES, shard(1));
        for (int item = 0; item < shards.size(); item++) {
          shards.label(item);
          shards.image(item);
        }
      } catch (DataException e) {
        assertThat(e).hasMessageThat().contains("shard-1.tar");
      }
    }
  }

  @Test
  void aBufferMixesNeighboursAndShardsComeInAnyOrder() {
    int[] labels = new int[100];
    Dataset items = SamplingTest.items(labels);
    DataLoader loader =
        DataLoader.of(items).batchSize(10).seed(2).shuffleWithin(8, 0, 40, 80).build();
    ItemOrder order = ItemOrder.of(loader, 0);
    assertThat(Arrays.stream(order.items()).sorted().toArray())
        .isEqualTo(IntStream.range(0, 100).toArray());
    assertThat(order.items()).isNotEqualTo(ItemOrder.of(loader, 1).items());
    // No item comes before it has been read, eight items ahead at most.
    int first = order.items()[0];
    int start = first >= 80 ? 80 : first >= 40 ? 40 : 0;
    assertThat(first - start).isAtMost(8);
    for (int epoch = 0; epoch < 20; epoch++) {
      int[] read = ItemOrder.of(loader, epoch).items();
      int jumps = 0;
      for (int i = 1; i < read.length; i++) {
        jumps += Math.abs(read[i] - read[i - 1]) > 60 ? 1 : 0;
      }
      assertThat(jumps).isLessThan(20);
    }
    DataLoader.Builder builder = DataLoader.of(items);
    assertThrows(IllegalArgumentException.class, () -> builder.shuffleWithin(0));
    assertThrows(IllegalArgumentException.class, () -> builder.shuffleWithin(5, 3, 10));
    assertThrows(IllegalArgumentException.class, () -> builder.shuffleWithin(5, 0, 101));
    DataLoader.Builder both = builder.shuffle(true).shuffleWithin(5);
    assertThrows(IllegalArgumentException.class, both::build);
  }
}
