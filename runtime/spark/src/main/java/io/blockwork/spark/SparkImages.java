package io.blockwork.spark;

import io.blockwork.data.OnCorrupt;
import io.blockwork.data.Pipeline;
import io.blockwork.image.Preprocessing;
import io.blockwork.io.SafeText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/**
 * Labelled images that workers train on or validate with. They are divided once, by their keys:
 * example {@code i} in the order of the keys goes to worker {@code i} modulo the number of workers,
 * so that a second evaluation, on whichever machine, has the same examples in the same order.
 */
public final class SparkImages {
  private final SparkSession spark;
  private final Source source;
  private final List<String> classNames;
  private final String name;
  private final PipelineFactory pipeline;
  private final OnCorrupt onCorrupt;
  private final boolean cached;

  /** Divides the examples. */
  private interface Source {
    JavaRDD<Shard> shards(JavaSparkContext context, int workers);
  }

  private SparkImages(
      SparkSession spark,
      Source source,
      List<String> classNames,
      String name,
      PipelineFactory pipeline,
      OnCorrupt onCorrupt,
      boolean cached) {
    this.spark = spark;
    this.source = source;
    this.classNames = List.copyOf(classNames);
    this.name = name;
    this.pipeline = pipeline;
    this.onCorrupt = onCorrupt;
    this.cached = cached;
  }

  private static SparkImages of(
      SparkSession spark, Source source, List<String> classNames, String name) {
    return new SparkImages(
        spark,
        source,
        classNames,
        name,
        () -> Pipeline.of(Preprocessing.normalizeOnly()),
        OnCorrupt.STOP,
        false);
  }

  /**
   * A folder with a folder of images for each class, as {@link io.blockwork.data.ImageFolder} has
   * it, anywhere that Hadoop's FileSystem reaches. The driver lists it; executors read the files
   * where they lie, in each epoch anew.
   *
   * @param root {@code root/CLASS/**}{@code /IMAGE}
   * @throws IllegalArgumentException if there is no class, or one has no image
   * @throws io.blockwork.io.FileException if it cannot be listed
   */
  public static SparkImages folder(SparkSession spark, String root) {
    FolderListing listing = FolderListing.of(root, configuration(spark));
    List<Example> examples = listing.examples();
    return of(
        spark,
        (context, workers) -> context.parallelize(divide(examples, workers), workers),
        listing.classNames(),
        root);
  }

  private static List<Shard> divide(List<Example> examples, int workers) {
    List<List<Example>> parts = new ArrayList<>();
    for (int worker = 0; worker < workers; worker++) {
      parts.add(new ArrayList<>());
    }
    for (int i = 0; i < examples.size(); i++) {
      parts.get(i % workers).add(examples.get(i));
    }
    List<Shard> shards = new ArrayList<>();
    parts.forEach(part -> shards.add(new Shard(shards.size(), part)));
    return shards;
  }

  /**
   * Any examples. They are sorted by key, which takes a shuffle, and kept in Spark's storage (in
   * memory, else on disk).
   *
   * @param classNames by label
   */
  public static SparkImages of(
      SparkSession spark, JavaRDD<? extends Example> examples, List<String> classNames) {
    return of(
        spark,
        (context, workers) -> shuffled(examples.map(each -> each), workers),
        classNames,
        "examples");
  }

  private static JavaRDD<Shard> shuffled(JavaRDD<Example> examples, int workers) {
    return examples
        .sortBy(Example::key, true, Math.max(workers, examples.getNumPartitions()))
        .mapPartitions(SparkImages::distinct)
        .zipWithIndex()
        .mapToPair(each -> new Tuple2<>(each._2(), each._1()))
        .partitionBy(new ByRemainder(workers))
        .mapPartitionsWithIndex(
            (worker, part) -> {
              List<Tuple2<Long, Example>> all = new ArrayList<>();
              part.forEachRemaining(all::add);
              all.sort(java.util.Comparator.comparing(Tuple2::_1));
              return List.of(new Shard(worker, all.stream().map(Tuple2::_2).toList())).iterator();
            },
            true);
  }

  /** Equal keys are neighbours, in one partition, once they are sorted. */
  private static Iterator<Example> distinct(Iterator<Example> sorted) {
    return new Iterator<>() {
      private String last = "";
      private boolean begun;

      @Override
      public boolean hasNext() {
        return sorted.hasNext();
      }

      @Override
      public Example next() {
        Example next = sorted.next();
        if (begun && next.key().equals(last)) {
          throw new DuplicateKeyException(
              SafeText.format(
                  "the key %s is there twice: keys have to tell all examples apart, or a second"
                      + " evaluation could order them otherwise",
                  last));
        }
        begun = true;
        last = next.key();
        return next;
      }
    };
  }

  /** Tells an error in the data from others, on its way through Spark. */
  static final class DuplicateKeyException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    DuplicateKeyException(String message) {
      super(message);
    }
  }

  /** The worker of an example, by its place in the order of the keys. */
  private static final class ByRemainder extends org.apache.spark.Partitioner {
    private static final long serialVersionUID = 1;
    private final int workers;

    ByRemainder(int workers) {
      this.workers = workers;
    }

    @Override
    public int numPartitions() {
      return workers;
    }

    @Override
    public int getPartition(Object key) {
      return (int) ((Long) key % workers);
    }
  }

  /**
   * The rows of a data set.
   *
   * @param key a column that tells every row apart, of strings or numbers, such as {@code path}
   * @param label a column of integers, or of strings that are names of classes
   * @param image a column of whole image files ({@code binary}), or of values {@code [C, H, W]}
   *     ({@code array<float>})
   * @param classNames by label
   * @throws IllegalArgumentException if there is no such column, or it is of another type
   */
  public static SparkImages of(
      Dataset<Row> rows, String key, String label, String image, List<String> classNames) {
    ImageColumn.requireThere(rows.schema(), key);
    ImageColumn.requireThere(rows.schema(), label);
    requireImages(rows.schema(), image);
    Map<String, Integer> labels = new HashMap<>();
    classNames.forEach(name -> labels.put(name, labels.size()));
    JavaRDD<Example> examples =
        rows.select(key, label, image).javaRDD().map(row -> example(row, labels));
    return of(rows.sparkSession(), examples, classNames);
  }

  private static void requireImages(StructType schema, String column) {
    ImageColumn.require(schema, column);
    if (schema.apply(column).dataType() instanceof StructType) {
      throw new IllegalArgumentException(
          SafeText.format(
              "the column %s holds structs of the source image, whose pixels no transform takes;"
                  + " read the same files by the source binaryFile, and name its column content",
              column));
    }
  }

  private static Example example(Row row, Map<String, Integer> labels) {
    String key = SafeText.of(row.get(0));
    int label =
        row.get(1) instanceof Number number
            ? number.intValue()
            : labels.getOrDefault(String.valueOf(row.get(1)), -1);
    if (row.isNullAt(2)) {
      // Damaged as an empty file is, with whatever is to be done about that.
      return new Example.Encoded(key, label, new byte[0]);
    }
    if (row.get(2) instanceof byte[] file) {
      return new Example.Encoded(key, label, file);
    }
    List<Number> values = row.getList(2);
    float[] array = new float[values.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = values.get(i) == null ? Float.NaN : values.get(i).floatValue();
    }
    return new Example.Values(key, label, array);
  }

  /**
   * The same images after transforms of their own; at first ImageNet's normalisation alone.
   *
   * @param factory is serialised, and called on each executor
   */
  public SparkImages with(PipelineFactory factory) {
    return new SparkImages(spark, source, classNames, name, factory, onCorrupt, cached);
  }

  /** The same images with something else to be done about damaged ones than to stop. */
  public SparkImages onCorrupt(OnCorrupt policy) {
    return new SparkImages(spark, source, classNames, name, pipeline, policy, cached);
  }

  /**
   * The same images, whose files are read once and then kept in Spark's storage: in memory as far
   * as it reaches, else on the executors' disks.
   */
  public SparkImages cached() {
    return new SparkImages(spark, source, classNames, name, pipeline, onCorrupt, true);
  }

  /** The classes by label. */
  public List<String> classNames() {
    return classNames;
  }

  SparkSession spark() {
    return spark;
  }

  String name() {
    return name;
  }

  PipelineFactory pipeline() {
    return pipeline;
  }

  OnCorrupt onCorrupt() {
    return onCorrupt;
  }

  private static Configuration configuration(SparkSession spark) {
    return spark.sessionState().newHadoopConf();
  }

  /** One shard for each worker, which Spark keeps until {@code unpersist}. */
  JavaRDD<Shard> shards(int workers) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    JavaRDD<Shard> shards = source.shards(context, workers);
    if (cached) {
      SerializableConfiguration hadoop = new SerializableConfiguration(configuration(spark));
      shards = shards.map(shard -> loaded(shard, hadoop.value()));
    }
    return shards.persist(StorageLevel.MEMORY_AND_DISK());
  }

  private static Shard loaded(Shard shard, Configuration hadoop) {
    List<Example> examples = new ArrayList<>();
    for (Example each : shard.examples()) {
      examples.add(
          each instanceof Example.Located file
              ? new Example.Encoded(
                  file.key(), file.label(), ShardDataset.contents(file.uri(), hadoop))
              : each);
    }
    return new Shard(shard.index(), examples);
  }
}
