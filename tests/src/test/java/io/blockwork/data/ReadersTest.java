package io.blockwork.data;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.image.ByteImage;
import io.blockwork.image.Classification;
import io.blockwork.image.Preprocessing;
import io.blockwork.image.References;
import io.blockwork.io.DownloadOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class ReadersTest {
  private static final List<String> DIGITS =
      List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");

  @TempDir Path folder;

  private Path write(String name, byte[] data) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.resolveSibling(""));
    return Files.write(file, data);
  }

  private static byte[] gzip(byte[] data) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(data);
    }
    return out.toByteArray();
  }

  private static byte[] idx(byte[] data, int... dimensions) {
    ByteBuffer buffer = ByteBuffer.allocate(4 + 4 * dimensions.length + data.length);
    buffer.putInt(0x800 | dimensions.length);
    for (int dimension : dimensions) {
      buffer.putInt(dimension);
    }
    return buffer.put(data).array();
  }

  @Test
  void imageFoldersAreNumberedAlphabetically() throws IOException {
    write("dog/b.png", References.bytes("formats/RGBA.png"));
    write("dog/a.JPG", References.bytes("formats/exif6.jpg"));
    write("cat/deep/z.jpeg", References.bytes("formats/grey.jpg"));
    write("cat/notes.txt", new byte[] {1});
    write(".hidden/a.png", new byte[] {1});
    ImageFolder images = ImageFolder.open(folder);
    assertEquals(List.of("cat", "dog"), images.classNames());
    assertEquals(
        List.of("z.jpeg", "a.JPG", "b.png"),
        images.files().stream().map(file -> String.valueOf(file.getFileName())).toList());
    assertEquals("[0, 1, 1]", Arrays.toString(IntStream.range(0, 3).map(images::label).toArray()));
    assertEquals(References.image("formats/RGBA.png"), images.image(2));
    assertThat(images.describe(2)).endsWith("b.png");
  }

  @Test
  void foldersWithoutClassesOrImagesAreRefused() throws IOException {
    assertThat(assertThrows(IllegalArgumentException.class, () -> ImageFolder.open(folder)))
        .hasMessageThat()
        .contains("expected a folder for each class inside, found none");
    Files.createDirectory(folder.resolve("empty"));
    assertThat(assertThrows(IllegalArgumentException.class, () -> ImageFolder.open(folder)))
        .hasMessageThat()
        .contains("empty: this class has no image");
  }

  @Test
  void damagedFilesAreNamed() throws IOException {
    byte[] jpeg = References.bytes("formats/sampling2.jpg");
    Path bad = write("x/bad.jpg", Arrays.copyOf(jpeg, 700));
    write("x/good.jpg", jpeg);
    DataException error =
        assertThrows(DataException.class, () -> ImageFolder.open(folder).image(0));
    assertEquals(bad.toString(), error.source());
    assertThat(error.offset()).isGreaterThan(0L);
    assertThat(error)
        .hasMessageThat()
        .startsWith(bad + ", offset " + error.offset() + ": damaged JPEG");
    Path text = write("x/bad.jpg", "no image".getBytes(StandardCharsets.UTF_8));
    assertThat(assertThrows(DataException.class, () -> ImageFolder.open(folder).image(0)))
        .hasMessageThat()
        .startsWith(text + ": not an image of a known format");
  }

  @Test
  void cifarRecordsAreLabelsAndPlanes() throws IOException {
    byte[] data = new byte[2 * 3073 + 100];
    data[0] = 3;
    data[1] = 11;
    data[1 + 1024] = 22;
    data[1 + 2 * 1024] = 33;
    data[1 + 1023] = 44;
    data[3073] = 10;
    Path first = write("data_batch_1.bin", data);
    Path second = write("data_batch_2.bin", gzip(Arrays.copyOf(data, 3073)));
    CifarBinary cifar = CifarBinary.cifar10(first, second);
    assertEquals(4, cifar.size());
    for (int index : new int[] {0, 3}) {
      assertEquals("cat", cifar.classNames().get(cifar.label(index)));
      ByteImage image = cifar.image(index);
      assertEquals("32 x 32 RGB", image.toString());
      assertEquals(11, image.sample(0, 0, 0));
      assertEquals(22, image.sample(0, 0, 1));
      assertEquals(33, image.sample(0, 0, 2));
      assertEquals(44, image.sample(31, 31, 0));
    }
    assertThat(assertThrows(DataException.class, () -> cifar.image(1)))
        .hasMessageThat()
        .endsWith("data_batch_1.bin, offset 3073: label 10 is not one of the 10 classes");
    assertThat(assertThrows(DataException.class, () -> cifar.label(2)))
        .hasMessageThat()
        .contains("offset 6146: record 2 is cut off: 100 bytes of 3073 are there");
    assertThat(cifar.describe(2)).endsWith("offset 6146");
  }

  @Test
  void cifar100HasACoarseLabelBeforeTheFineOne() throws IOException {
    byte[] data = new byte[3074];
    data[0] = 7;
    data[1] = 99;
    data[2] = 55;
    CifarBinary cifar = CifarBinary.cifar100(List.of(), write("test.bin", data));
    assertEquals(1, cifar.size());
    assertEquals(99, cifar.label(0));
    assertEquals("99", cifar.classNames().get(99));
    assertEquals(55, cifar.image(0).sample(0, 0, 0));
  }

  @Test
  void idxFilesArePlainOrGzipped() throws IOException {
    byte[] pixels = References.pattern(4, 6, 1).samples();
    byte[] images = idx(pixels, 2, 3, 4);
    byte[] labels = idx(new byte[] {7, 9}, 2);
    for (boolean gzipped : new boolean[] {false, true}) {
      IdxImages mnist =
          IdxImages.fashionMnist(
              write("images", gzipped ? gzip(images) : images),
              write("labels", gzipped ? gzip(labels) : labels));
      assertEquals(2, mnist.size());
      assertEquals("Ankle boot", mnist.classNames().get(mnist.label(1)));
      assertEquals("4 x 3 grey", mnist.image(1).toString());
      assertEquals(pixels[12] & 0xff, mnist.image(1).sample(0, 0, 0));
    }
  }

  @Test
  void idxFilesThatLieAreRefused() throws IOException {
    Path labels = write("labels", idx(new byte[] {1, 2, 30}, 3));
    Path cut = write("cut", gzip(idx(new byte[2 * 9 + 5], 3, 3, 3)));
    IdxImages images = IdxImages.mnist(cut, labels);
    assertEquals(2, images.label(1));
    assertEquals("3 x 3 grey", images.image(1).toString());
    assertThat(assertThrows(DataException.class, () -> images.label(2)))
        .hasMessageThat()
        .endsWith("labels, offset 10: label 30 of item 2 is not one of the 10 classes");
    IdxImages lenient =
        IdxImages.open(cut, labels, IntStream.range(0, 31).mapToObj(i -> "" + i).toList());
    assertThat(assertThrows(DataException.class, () -> lenient.image(2)))
        .hasMessageThat()
        .contains("offset 34: item 2 is cut off: the file ends at offset 39");
    assertThat(
            assertThrows(
                DataLimitException.class,
                () ->
                    IdxImages.mnist(write("huge", idx(new byte[9], 3, 1 << 20, 1 << 20)), labels)))
        .hasMessageThat()
        .contains("of memory allowed for one file");
    assertThat(assertThrows(DataException.class, () -> IdxImages.mnist(labels, labels)))
        .hasMessageThat()
        .contains("IDX magic number 00000801, expected 00000803");
    assertThat(
            assertThrows(
                DataException.class, () -> IdxImages.mnist(cut, write("two", idx(new byte[2], 2)))))
        .hasMessageThat()
        .contains("2 labels for the 3 images");
    assertThrows(
        DataException.class, () -> IdxImages.mnist(write("short", new byte[] {0, 0, 8}), labels));
  }

  @Test
  void aGzippedFileThatIsCutOffGivesWhatItHas() throws IOException {
    byte[] whole = gzip(idx(References.pattern(28, 28 * 50, 1).samples(), 50, 28, 28));
    Path cut = write("cut.gz", Arrays.copyOf(whole, whole.length / 2));
    IdxImages images = IdxImages.mnist(cut, write("labels", idx(new byte[50], 50)));
    assertEquals(References.pattern(28, 28 * 50, 1).crop(0, 28, 28, 28), images.image(1));
    assertThat(assertThrows(DataException.class, () -> images.image(49)))
        .hasMessageThat()
        .contains("item 49 is cut off");
  }

  @Test
  void wrongCheckSumsOfGzipAreTold() throws IOException {
    byte[] data = gzip(idx(new byte[50], 50));
    data[data.length - 8]++;
    Path file = write("labels.gz", data);
    assertThat(assertThrows(DataException.class, () -> IdxImages.mnist(file, file)))
        .hasMessageThat()
        .contains("magic");
    Path images = write("images", idx(new byte[50], 50, 1, 1));
    assertThat(assertThrows(DataException.class, () -> IdxImages.mnist(images, file)))
        .hasMessageThat()
        .contains("labels.gz, offset 58: damaged gzip data: ");
    assertThrows(DataException.class, () -> CifarBinary.cifar10(file));
  }

  @Test
  void digitsAreReadFromCsv() throws IOException {
    Path file = write("digits.csv.gz", References.bytes("digits.csv.gz"));
    CsvImages digits = CsvImages.open(file, 8, 8, 16, CsvImages.Label.LAST, DIGITS);
    assertEquals(1797, digits.size());
    int[] count = new int[10];
    for (int i = 0; i < digits.size(); i++) {
      count[digits.label(i)]++;
    }
    assertThat(Arrays.stream(count).min().orElseThrow()).isAtLeast(174);
    assertThat(Arrays.stream(count).max().orElseThrow()).isAtMost(183);
    FloatBuffer target = FloatBuffer.allocate(64);
    digits.read(0, new CounterRandom(0), target);
    assertEquals(5 / 16f, target.get(2));
    assertEquals(13 / 16f, target.get(3));
  }

  @Test
  void badLinesOfCsvAreNamed() throws IOException {
    String text = "label,p0,p1\n1,255,0\r\n\n2,x,0\n1,2\n12,0,0\n0,0,51";
    Path file = write("m.csv", text.getBytes(StandardCharsets.UTF_8));
    CsvImages images = CsvImages.open(file, 1, 2, 255, CsvImages.Label.FIRST, DIGITS);
    assertEquals(5, images.size());
    assertEquals(1, images.label(0));
    FloatBuffer target = FloatBuffer.allocate(2);
    images.read(4, new CounterRandom(0), target);
    assertArrayEquals(new float[] {0, 0.2f}, target.array());
    assertThat(assertThrows(DataException.class, () -> images.label(1)))
        .hasMessageThat()
        .contains("m.csv, offset 22: not an image and its label: ");
    assertThat(assertThrows(DataException.class, () -> images.label(2)))
        .hasMessageThat()
        .contains("2 fields, expected 2 pixels and a label");
    assertThat(assertThrows(DataException.class, () -> images.label(3)))
        .hasMessageThat()
        .contains("label 12 is not one of the 10 classes");
  }

  @Test
  void damagedRecordFilesGiveItemsOrClearErrors() throws IOException {
    byte[] whole = idx(References.pattern(4, 40, 1).samples(), 10, 4, 4);
    Path labels = write("labels", idx(new byte[10], 10));
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 400; i++) {
      byte[] data = whole.clone();
      data[random.nextInt(i % 2 == 0 ? 16 : data.length)] = (byte) random.nextInt(256);
      data = i % 3 == 0 ? Arrays.copyOf(data, random.nextInt(data.length)) : data;
      data = i % 5 == 0 ? gzip(data) : data;
      Path file = write("mutant", i % 7 == 0 ? Arrays.copyOf(data, data.length / 2) : data);
      try {
        IdxImages images = IdxImages.mnist(file, labels);
        for (int k = 0; k < images.size(); k++) {
          assertThat(images.image(k).channels()).isEqualTo(1);
        }
      } catch (DataException e) {
        assertThat(e).hasMessageThat().contains("offset ");
      }
    }
  }

  @Test
  void arraysInMemoryAreDataSets() {
    ArrayDataset data =
        ArrayDataset.of(
            Nd4j.arange(24).reshape(2, 3, 2, 2).castTo(DataType.DOUBLE), List.of("a", "b"), 1, 0);
    assertEquals(new ImageShape(3, 2, 2), data.shape());
    FloatBuffer target = FloatBuffer.allocate(12);
    data.with(new RandomHorizontalFlip(1)).read(1, new CounterRandom(0), target);
    assertArrayEquals(new float[] {13, 12, 15, 14, 17, 16, 19, 18, 21, 20, 23, 22}, target.array());
    assertThrows(
        IllegalArgumentException.class,
        () -> ArrayDataset.of(Nd4j.zeros(2, 3, 2, 2), List.of("a"), 0, 1));
    assertThrows(
        IllegalArgumentException.class, () -> ArrayDataset.of(Nd4j.zeros(2, 3), List.of("a"), 0));
  }

  @Test
  void splitsKeepTheSharesOfClasses() throws IOException {
    Path file = write("digits.csv.gz", References.bytes("digits.csv.gz"));
    Dataset digits = CsvImages.open(file, 8, 8, 16, CsvImages.Label.LAST, DIGITS);
    Split<Dataset> split = Split.stratified(digits, 0.2, 5);
    assertEquals(1797, split.train().size() + split.heldOut().size());
    int[] held = new int[10];
    for (int i = 0; i < split.heldOut().size(); i++) {
      held[split.heldOut().label(i)]++;
    }
    for (int n : held) {
      assertThat(n).isAtLeast(35);
      assertThat(n).isAtMost(37);
    }
    Split<Dataset> same = Split.stratified(digits, 0.2, 5);
    Split<Dataset> other = Split.stratified(digits, 0.2, 6);
    List<Float> values = firstPixels(split.heldOut());
    assertEquals(values, firstPixels(same.heldOut()));
    assertThat(firstPixels(other.heldOut())).isNotEqualTo(values);
    assertThrows(IllegalArgumentException.class, () -> Split.stratified(digits, 1, 5));
    assertThrows(IllegalArgumentException.class, () -> Split.stratified(digits, 1e-6, 5));
  }

  private static List<Float> firstPixels(Dataset data) {
    List<Float> values = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      FloatBuffer target = FloatBuffer.allocate(64);
      data.read(i, new CounterRandom(0), target);
      values.add(target.get(20));
    }
    return values;
  }

  @Test
  void aFolderIsClassifiedInItsOrder() throws IOException {
    write("b.jpg", References.bytes("formats/sampling2.jpg"));
    write("a/c.png", References.bytes("formats/RGB.png"));
    write("a/b.jpg", new byte[] {1, 2, 3});
    write("c.jpg", References.bytes("formats/exif6.jpg"));
    List<String> names = List.of("dark", "light");
    List<Integer> sizes = new ArrayList<>();
    try (FolderClassifier answers =
        FolderClassifier.of(
                input -> {
                  sizes.add((int) input.size(0));
                  return Nd4j.concat(
                      1,
                      input.mean(1, 2, 3).neg().reshape(-1, 1),
                      input.mean(1, 2, 3).reshape(-1, 1));
                },
                Preprocessing.imageNet(20, 16),
                names)
            .batchSize(3)
            .top(1)
            .onCorrupt(OnCorrupt.SKIP)
            .classify(ImageFiles.in(folder))) {
      List<ClassifiedImage> all = new ArrayList<>();
      answers.forEachRemaining(all::add);
      assertEquals(
          List.of("b.jpg", "c.jpg", "c.png"),
          all.stream().map(answer -> String.valueOf(answer.file().getFileName())).toList());
      assertEquals(1, answers.skipped());
      assertThat(sizes.stream().mapToInt(Integer::intValue).sum()).isEqualTo(3);
      ByteImage first = References.image("formats/sampling2.jpg");
      double mean = Preprocessing.imageNet(20, 16).apply(first).meanNumber().doubleValue();
      assertEquals(
          Classification.softmax(Math.abs(mean), -Math.abs(mean))[0],
          all.get(0).predictions().get(0).probability(),
          1e-4);
    }
  }

  @Test
  void anInterruptedThreadStillReadsFiles() throws IOException {
    Path cifar = write("cifar.bin", new byte[3073]);
    Path images = write("images", idx(new byte[2 * 3], 1, 2, 3));
    Path labels = write("labels.gz", gzip(idx(new byte[1], 1)));
    Path table = write("table.csv", "0,1,2,3,4,5,6\n".getBytes(StandardCharsets.UTF_8));
    List<Supplier<Labelled>> readers =
        List.of(
            () -> CifarBinary.cifar10(cifar),
            () -> IdxImages.mnist(images, labels),
            () -> CsvImages.open(table, 2, 3, 255, CsvImages.Label.FIRST, DIGITS));
    for (Supplier<Labelled> reader : readers) {
      Thread.currentThread().interrupt();
      Labelled read = reader.get();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(read.size()).isEqualTo(1);
    }
  }

  @Test
  void anInterruptedThreadStillChecksWhatIsInTheCache() throws IOException {
    byte[] content = {1, 2, 3};
    Path cached = write("cache/three", content);
    PublishedFile published = new PublishedFile("three", "039058c6f2c0cb49", content.length);
    Thread.currentThread().interrupt();
    Path fetched = published.fetch(DownloadOptions.defaults().cache(folder.resolve("cache")));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(fetched).isEqualTo(cached);
  }
}
