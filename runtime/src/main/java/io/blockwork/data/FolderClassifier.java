package io.blockwork.data;

import io.blockwork.image.Classification;
import io.blockwork.image.Prediction;
import io.blockwork.image.Preprocessing;
import io.blockwork.io.NumberChecks;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Names what is in many images, however many: workers decode ahead while the network computes, and
 * no more than a few batches are in memory. Answers come in the files' order.
 *
 * <pre>{@code
 * try (FolderClassifier answers =
 *     FolderClassifier.of(net::forward, Preprocessing.imageNet(), names)
 *         .batchSize(16).classify(ImageFiles.in(folder))) {
 *   answers.forEachRemaining(System.out::println);
 * }
 * }</pre>
 */
public final class FolderClassifier implements Iterator<ClassifiedImage>, AutoCloseable {
  private final Settings settings;
  private final ImageFiles files;
  private final DataLoader loader;
  private final Epoch epoch;
  private final Deque<ClassifiedImage> answers = new ArrayDeque<>();

  private FolderClassifier(Settings settings, ImageFiles files) {
    this.settings = settings;
    this.files = files;
    this.loader =
        DataLoader.of(files.with(Pipeline.of(settings.preprocessing)))
            .batchSize(settings.batchSize)
            .onCorrupt(settings.onCorrupt)
            .build();
    this.epoch = loader.epoch(1);
  }

  /**
   * Starts with batches of 16 and the five likeliest classes, stopping at a file that cannot be
   * read.
   *
   * @param network from {@code [N, 3, H, W]} to logits {@code [N, classes]}: a network's {@code
   *     forward}
   * @param preprocessing what the network's weights expect; it must crop unless all images are of
   *     one size
   * @param classNames by class index
   */
  public static Settings of(
      UnaryOperator<INDArray> network, Preprocessing preprocessing, List<String> classNames) {
    Objects.requireNonNull(network, "network");
    Objects.requireNonNull(preprocessing, "preprocessing");
    Objects.requireNonNull(classNames, "classNames");
    return new Settings(network, preprocessing, classNames);
  }

  /**
   * Whether there is another answer; waits for it.
   *
   * @throws DataException if a file cannot be decoded and the classifier stops then
   */
  @Override
  public boolean hasNext() {
    if (answers.isEmpty() && epoch.hasNext()) {
      Batch batch = epoch.next();
      INDArray logits = settings.network.apply(batch.images());
      List<List<Prediction>> rows = Classification.rank(logits, settings.classNames, settings.top);
      int[] indices = batch.indices();
      for (int i = 0; i < indices.length; i++) {
        answers.add(new ClassifiedImage(files.files().get(indices[i]), rows.get(i)));
      }
    }
    return !answers.isEmpty();
  }

  @Override
  public ClassifiedImage next() {
    if (!hasNext()) {
      throw new NoSuchElementException("there are no more images");
    }
    return answers.remove();
  }

  /** Number of files left out so far because they could not be decoded. */
  public long skipped() {
    return loader.skipped();
  }

  /** Stops the workers. */
  @Override
  public void close() {
    loader.close();
  }

  /** How to go about it. */
  public static final class Settings {
    private final UnaryOperator<INDArray> network;
    private final Preprocessing preprocessing;
    private final List<String> classNames;
    private int batchSize = 16;
    private int top = 5;
    private OnCorrupt onCorrupt = OnCorrupt.STOP;

    private Settings(
        UnaryOperator<INDArray> network, Preprocessing preprocessing, List<String> classNames) {
      this.network = network;
      this.preprocessing = preprocessing;
      this.classNames = List.copyOf(classNames);
    }

    /** Images that go through the network at once, at least 1. */
    public Settings batchSize(int images) {
      this.batchSize = NumberChecks.positive("images in a batch", images);
      return this;
    }

    /** Number of classes to list for each image, at least 1. */
    public Settings top(int classes) {
      this.top = NumberChecks.positive("classes to list", classes);
      return this;
    }

    /** What to do about files that cannot be decoded. */
    public Settings onCorrupt(OnCorrupt policy) {
      Objects.requireNonNull(policy, "policy");
      this.onCorrupt = policy;
      return this;
    }

    /** Starts; close what it returns, or go through all of it. */
    public FolderClassifier classify(ImageFiles files) {
      return new FolderClassifier(this, files);
    }
  }
}
