package io.blockwork.spark;

import io.blockwork.ImageClassifier;
import io.blockwork.engine.EngineOptions;
import io.blockwork.image.ImageException;
import io.blockwork.image.Preprocessing;
import io.blockwork.io.NumberChecks;
import io.blockwork.io.SafeText;
import java.util.List;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.StructType;

/**
 * Predicts what is in the images of a data set, on all executors.
 *
 * <pre>{@code
 * try (SparkPredictor predictor =
 *     SparkPredictor.of(ResNet50.class, net)
 *         .preprocessing(Preprocessing.imageNet(232, 224))
 *         .classNames(ImageNetClasses.names())
 *         .top(5)
 *         .build(spark)) {
 *   Dataset<Row> files = spark.read().format("binaryFile").load("hdfs:///pictures");
 *   predictor.predict(files, "content")
 *       .select("path", "prediction.name", "prediction.score", "prediction.error")
 *       .write().parquet("hdfs:///named");
 * }
 * }</pre>
 *
 * <p>Each executor has one network, whose weights Spark's broadcast brings once, and each task runs
 * it with {@code spark.task.cpus} threads on batches that it fills from its rows. An image that is
 * damaged, too large or of the wrong size loses no job: its prediction is null but for the field
 * {@code error}, which says why.
 *
 * <p>The column {@code prediction} is a struct of {@code class} (int), {@code name}, {@code score}
 * (the probability, 0 to 1), {@code top} (an array of such classes, the likeliest first) and {@code
 * error}; with {@link Builder#features} of {@code features} (array of float) and {@code error}.
 */
public final class SparkPredictor implements AutoCloseable {
  /** The name of the column that {@link #predict} adds. */
  public static final String COLUMN = "prediction";

  private final SparkSession spark;
  private final Broadcast<SharedNetwork> network;
  private final ImageColumn images;
  private final PredictionColumn prediction;
  private final int batchSize;

  private SparkPredictor(Builder<?> settings, SparkSession spark) {
    List<Integer> input = settings.network.architecture().input();
    this.spark = spark;
    this.images = new ImageColumn(settings.preprocessing, input);
    this.prediction = settings.prediction();
    this.batchSize = settings.batchSize;
    NetworkRecipe recipe = NetworkRecipe.of(settings.type, settings.network, settings.engine, 0);
    this.network =
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .broadcast(
                new SharedNetwork(
                    settings.anyEngine ? recipe.anyEngine() : recipe,
                    WeightValues.of(settings.network.parameters())));
  }

  /**
   * Begins a predictor.
   *
   * @param type the annotated interface
   * @param network a network of it, whose weights are copied by {@link Builder#build}; it may be
   *     closed afterwards
   */
  public static <N extends ImageClassifier> Builder<N> of(Class<N> type, N network) {
    return new Builder<>(type, network);
  }

  /**
   * Adds the column {@value #COLUMN}. Lazy, as all of Spark's transformations, and for streaming
   * data sets too. An executor that cannot run the network fails the action that evaluates them:
   * Spark's exception has an {@link ExecutorException} for its cause.
   *
   * @param rows with any columns
   * @param column of images: the bytes of files ({@code content} of the source {@code binaryFile}),
   *     structs of the source {@code image}, or arrays of {@code C * H * W} floats or doubles,
   *     which are taken as scaled and normalised
   * @return all columns, and the prediction
   * @throws IllegalArgumentException if there is no such column, it is of another type, or the
   *     prediction's name is taken
   */
  public Dataset<Row> predict(Dataset<Row> rows, String column) {
    StructType schema = predictedSchema(rows.schema(), column);
    return rows.mapPartitions(
        new PredictRows(network, images, prediction, rows.schema().fieldIndex(column), batchSize),
        Encoders.row(schema));
  }

  /**
   * The schema that {@link #predict} gives a data set.
   *
   * @throws IllegalArgumentException as {@link #predict}
   */
  public StructType predictedSchema(StructType schema, String column) {
    return predictedSchema(schema, column, prediction);
  }

  static StructType predictedSchema(StructType schema, String column, PredictionColumn prediction) {
    ImageColumn.require(schema, column);
    if (schema.getFieldIndex(COLUMN).isDefined()) {
      throw new IllegalArgumentException(
          SafeText.format(
              "there is a column %s already: rename it with withColumnRenamed", COLUMN));
    }
    return schema.add(COLUMN, prediction.type());
  }

  /**
   * Registers a function of SQL, which takes a value of an image column and returns the struct that
   * {@link #predict} adds: {@code SELECT path, classify(content).name FROM files}.
   *
   * <p>Spark calls a function for one row at a time: there are no batches, and nothing is decoded
   * meanwhile, so that a whole table takes longer than with {@link #predict}. Write {@code
   * classify(content) AS p} in an inner query and {@code p.name}, {@code p.score} in the outer one
   * if you want several fields: Spark may call it for each.
   *
   * @param function its name
   */
  public void register(String function) {
    Broadcast<SharedNetwork> shared = network;
    ImageColumn column = images;
    PredictionColumn output = prediction;
    UDF1<Object, Row> one =
        value -> {
          try {
            float[] values = column.read(value);
            TaskContext task = TaskContext.get();
            // Spark evaluates functions of constants on the driver.
            int threads = task == null ? 1 : task.cpus();
            return output.predict(shared.value().get(threads), values, 1).get(0);
          } catch (ImageException e) {
            return output.damaged(SafeText.of(e.getMessage()));
          }
        };
    spark.udf().register(function, one, prediction.type());
  }

  /** Takes the network off the executors; data sets that were not evaluated yet cannot be. */
  @Override
  public void close() {
    network.destroy();
  }

  /**
   * Settings of a predictor.
   *
   * @param <N> the network's interface
   */
  public static final class Builder<N extends ImageClassifier> {
    private final Class<N> type;
    private final N network;
    private Preprocessing preprocessing = Preprocessing.normalizeOnly();
    private Optional<List<String>> classNames = Optional.empty();
    private Optional<FeatureFunction<N>> features = Optional.empty();
    private int top = 1;
    private int batchSize = 16;
    private EngineOptions engine = EngineOptions.defaults();
    private boolean anyEngine;

    private Builder(Class<N> type, N network) {
      this.type = type;
      this.network = network;
    }

    /**
     * What the weights expect of images; at first ImageNet's normalisation without a change of
     * size. Arrays of floats are not preprocessed.
     */
    public Builder<N> preprocessing(Preprocessing way) {
      preprocessing = way;
      return this;
    }

    /** The classes' names, by index; without them names are numbers. */
    public Builder<N> classNames(List<String> names) {
      classNames = Optional.of(List.copyOf(names));
      return this;
    }

    /** How many classes the field {@code top} lists, at least 1. */
    public Builder<N> top(int classes) {
      top = NumberChecks.positive("top", classes);
      return this;
    }

    /** Gives features instead of classes; the function is serialised. */
    public Builder<N> features(FeatureFunction<N> function) {
      features = Optional.of(function);
      return this;
    }

    /**
     * Images that go through the network at once, at least 1; 16 at first. The last batch of a
     * partition takes as long as a full one.
     */
    public Builder<N> batchSize(int images) {
      batchSize = NumberChecks.positive("batch size", images);
      return this;
    }

    /**
     * How executors compute, such as {@code EngineOptions.defaults().precision(BFLOAT16)}. The
     * number of threads has no say: it is {@code spark.task.cpus}.
     */
    public Builder<N> engine(EngineOptions options) {
      engine = options;
      return this;
    }

    /**
     * Lets executors use whichever engine they can load. Otherwise one that lacks the engine of the
     * driver's network fails with an {@link ExecutorException}, since another would slow all down
     * and round otherwise.
     */
    public Builder<N> anyEngine() {
      anyEngine = true;
      return this;
    }

    private PredictionColumn prediction() {
      if (features.isPresent()) {
        FeatureFunction<N> function = features.get();
        Class<N> interfaceType = type;
        return new PredictionColumn.Features(
            (any, batch) -> function.of(interfaceType.cast(any), batch));
      }
      int classes = network.classes();
      classNames.ifPresent(
          names -> {
            if (names.size() != classes) {
              throw new IllegalArgumentException(
                  SafeText.format(
                      "expected a name for each of the %d classes of %s, got %d names",
                      classes, type.getSimpleName(), names.size()));
            }
          });
      return PredictionColumn.classes(classes, classNames, top);
    }

    /**
     * Copies the weights, for the executors to fetch when they first need them.
     *
     * @throws IllegalArgumentException if names or preprocessing do not fit the network
     */
    public SparkPredictor build(SparkSession spark) {
      return new SparkPredictor(this, spark);
    }
  }
}
