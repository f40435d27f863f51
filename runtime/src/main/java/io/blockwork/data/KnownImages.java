package io.blockwork.data;

import io.blockwork.io.DownloadOptions;
import io.blockwork.io.FileProblem;
import io.blockwork.io.SafeText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;

/**
 * Well-known data sets, which are fetched once, checked, and kept in the cache folder beside
 * published weights ({@code data} in {@code BLOCKWORK_HOME}, or in the user's cache folder). The
 * system property {@code blockwork.data.mirror} names another source: a folder with the same files.
 */
public enum KnownImages {
  /**
   * CIFAR-10 (Krizhevsky, 2009): 50,000 and 10,000 photographs of 3 x 32 x 32 in ten classes, the
   * binary version.
   */
  CIFAR10("https://www.cs.toronto.edu/~kriz/"),
  /** CIFAR-100 (Krizhevsky, 2009): as many photographs in a hundred classes. */
  CIFAR100("https://www.cs.toronto.edu/~kriz/"),
  /**
   * MNIST (LeCun, Cortes and Burges, 1998): 60,000 and 10,000 handwritten digits of 1 x 28 x 28.
   */
  MNIST("https://storage.googleapis.com/cvdf-datasets/mnist/"),
  /**
   * Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017): 60,000 and 10,000 pictures of clothes of 1 x 28
   * x 28 in ten classes.
   */
  FASHION_MNIST("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/");

  /** System property with the URL of another folder that has the files. */
  public static final String MIRROR_PROPERTY = "blockwork.data.mirror";

  private static final PublishedFile CIFAR10_FILE =
      new PublishedFile("cifar-10-binary.tar.gz", "c4a38c50a1bc5f3a1c5537f2155ab9d6", 170_052_171);
  private static final PublishedFile CIFAR100_FILE =
      new PublishedFile("cifar-100-binary.tar.gz", "58a81ae192c23a4be8b1804d68e518ed", 168_513_733);

  private static final long CIFAR10_BATCH = 10_000 * (1 + 3072);
  private static final long CIFAR100_TRAIN = 50_000 * (2 + 3072);
  private static final long CIFAR100_TEST = 10_000 * (2 + 3072);

  private static final PublishedFile MNIST_TRAIN =
      new PublishedFile(
          "train-images-idx3-ubyte.gz", "440fcabf73cc546fa21475e81ea37026", 9_912_422);
  private static final PublishedFile MNIST_TRAIN_LABELS =
      new PublishedFile("train-labels-idx1-ubyte.gz", "3552534a0a558bbed6aed32b30c495cc", 28_881);
  private static final PublishedFile MNIST_TEST =
      new PublishedFile("t10k-images-idx3-ubyte.gz", "8d422c7b0a1c1c79245a5bcf07fe86e3", 1_648_877);
  private static final PublishedFile MNIST_TEST_LABELS =
      new PublishedFile("t10k-labels-idx1-ubyte.gz", "f7ae60f92e00ec6debd23a6088c31dbd", 4_542);

  private static final PublishedFile FASHION_TRAIN =
      new PublishedFile(
          "train-images-idx3-ubyte.gz", "3aede38d61863908ad78613f6a32ed27", 26_421_880);
  private static final PublishedFile FASHION_TRAIN_LABELS =
      new PublishedFile("train-labels-idx1-ubyte.gz", "a04f17134ac03560a47e3764e11b92fc", 29_515);
  private static final PublishedFile FASHION_TEST =
      new PublishedFile("t10k-images-idx3-ubyte.gz", "346e55b948d973a97e58d2351dde16a4", 4_422_102);
  private static final PublishedFile FASHION_TEST_LABELS =
      new PublishedFile("t10k-labels-idx1-ubyte.gz", "67da17c76eaffca5446c3361aaab5c3c", 5_148);

  private final String source;

  KnownImages(String source) {
    this.source = source;
  }

  /**
   * The images to train on.
   *
   * @throws io.blockwork.io.FileException if they cannot be fetched
   */
  public ImageDataset train() {
    return train(defaults());
  }

  /**
   * The images to test on.
   *
   * @throws io.blockwork.io.FileException if they cannot be fetched
   */
  public ImageDataset test() {
    return test(defaults());
  }

  /**
   * The images to train on.
   *
   * @param options where the files come from and go to: each set has a folder of its own in the
   *     cache folder
   * @throws io.blockwork.io.FileException if they cannot be fetched
   */
  public ImageDataset train(DownloadOptions options) {
    return trainIn(own(options));
  }

  private ImageDataset trainIn(DownloadOptions options) {
    return switch (this) {
      case CIFAR10 ->
          CifarBinary.cifar10(
              IntStream.rangeClosed(1, 5)
                  .mapToObj(
                      i ->
                          unpacked(
                              CIFAR10_FILE,
                              "data_batch_" + i + ".bin",
                              size -> size == CIFAR10_BATCH,
                              options))
                  .toArray(Path[]::new));
      case CIFAR100 -> cifar100("train.bin", CIFAR100_TRAIN, options);
      case MNIST -> IdxImages.mnist(MNIST_TRAIN.fetch(options), MNIST_TRAIN_LABELS.fetch(options));
      case FASHION_MNIST ->
          IdxImages.fashionMnist(FASHION_TRAIN.fetch(options), FASHION_TRAIN_LABELS.fetch(options));
    };
  }

  /**
   * The images to test on.
   *
   * @param options where the files come from and go to: each set has a folder of its own in the
   *     cache folder
   * @throws io.blockwork.io.FileException if they cannot be fetched
   */
  public ImageDataset test(DownloadOptions options) {
    return testIn(own(options));
  }

  private ImageDataset testIn(DownloadOptions options) {
    return switch (this) {
      case CIFAR10 ->
          CifarBinary.cifar10(
              unpacked(CIFAR10_FILE, "test_batch.bin", size -> size == CIFAR10_BATCH, options));
      case CIFAR100 -> cifar100("test.bin", CIFAR100_TEST, options);
      case MNIST -> IdxImages.mnist(MNIST_TEST.fetch(options), MNIST_TEST_LABELS.fetch(options));
      case FASHION_MNIST ->
          IdxImages.fashionMnist(FASHION_TEST.fetch(options), FASHION_TEST_LABELS.fetch(options));
    };
  }

  private static ImageDataset cifar100(String file, long bytes, DownloadOptions options) {
    Path names = unpacked(CIFAR100_FILE, "fine_label_names.txt", size -> size > 0, options);
    try {
      List<String> fine = Files.readAllLines(names).stream().filter(n -> !n.isBlank()).toList();
      return CifarBinary.cifar100(
          fine, unpacked(CIFAR100_FILE, file, size -> size == bytes, options));
    } catch (IOException e) {
      throw new UncheckedIOException(SafeText.of(names) + ": " + FileProblem.reading(names, e), e);
    }
  }

  /**
   * A file of an archive, taken out once, and again if what is there is not of the right size.
   *
   * @param size whether a number of bytes is right
   */
  static Path unpacked(
      PublishedFile archive, String file, LongPredicate size, DownloadOptions options) {
    Path folder = options.cache().resolve(archive.name().replace(".tar.gz", ""));
    Path place = folder.resolve(file);
    try {
      if (!Files.isRegularFile(place) || !size.test(Files.size(place))) {
        TarArchive.extract(archive.fetch(options), file, place);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(SafeText.of(place) + ": " + FileProblem.reading(place, e), e);
    }
    return place;
  }

  /** MNIST's and Fashion-MNIST's files have the same names. */
  private DownloadOptions own(DownloadOptions options) {
    String folder = name().toLowerCase(Locale.ROOT).replace('_', '-');
    return options.cache(options.cache().resolve(folder));
  }

  private DownloadOptions defaults() {
    DownloadOptions options = DownloadOptions.defaults();
    return options
        .cache(options.cache().resolveSibling("data"))
        .source(DownloadOptions.source(MIRROR_PROPERTY, source));
  }
}
