package io.blockwork.spark;

import io.blockwork.ImageClassifier;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Precision;
import io.blockwork.image.Interpolation;
import io.blockwork.image.Preprocessing;
import io.blockwork.io.SafeText;
import io.blockwork.weights.Weights;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsReader$;
import org.apache.spark.ml.util.DefaultParamsWriter$;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * {@link SparkPredictor} as a stage of a Spark ML pipeline, for clusters that have spark-mllib: it
 * adds the column {@value SparkPredictor#COLUMN}, and is saved and loaded with its weights.
 *
 * <pre>{@code
 * PipelineModel model =
 *     new Pipeline()
 *         .setStages(new PipelineStage[] {
 *           ClassifierTransformer.of(ResNet50.class, net).setInputCol("content"), more})
 *         .fit(rows);
 * model.write().save("hdfs:///model");
 * }</pre>
 */
public final class ClassifierTransformer extends Transformer implements MLWritable {
  private static final long serialVersionUID = 1;
  private static final String WEIGHTS = "weights.safetensors";

  private final String uid;
  private final WeightValues weights;
  private final Param<String> network;
  private final Param<String> dataType;
  private final Param<String> engine;
  private final Param<String> precision;
  private final BooleanParam anyEngine;
  private final Param<String> inputCol;
  private final StringArrayParam classNames;
  private final IntParam top;
  private final IntParam batchSize;
  private final IntParam resize;
  private final IntParam crop;
  private final Param<String> interpolation;
  private final DoubleArrayParam mean;
  private final DoubleArrayParam std;

  private ClassifierTransformer(String uid, WeightValues weights) {
    this.uid = uid;
    this.weights = weights;
    this.network = new Param<>(uid, "network", "annotated interface of the network");
    this.dataType = new Param<>(uid, "dataType", "FLOAT or DOUBLE");
    this.engine = new Param<>(uid, "engine", "engine that executors have to use");
    this.precision = new Param<>(uid, "precision", "number format of activations");
    this.anyEngine = new BooleanParam(uid, "anyEngine", "whether any engine will do");
    this.inputCol = new Param<>(uid, "inputCol", "column of images");
    this.classNames = new StringArrayParam(this, "classNames", "names by class index");
    this.top = new IntParam(uid, "top", "classes to list");
    this.batchSize = new IntParam(uid, "batchSize", "images at a time");
    this.resize = new IntParam(uid, "resize", "shorter side in pixels, 0 leaves it alone");
    this.crop = new IntParam(uid, "crop", "side of the middle that is cut out, 0 leaves it all");
    this.interpolation = new Param<>(uid, "interpolation", "how to resize");
    this.mean = new DoubleArrayParam(this, "mean", "of red, green and blue");
    this.std = new DoubleArrayParam(this, "std", "of red, green and blue");
    setDefault(inputCol, "content");
    setDefault(classNames, new String[0]);
    setDefault(top, (Object) 1);
    setDefault(batchSize, (Object) 16);
    setDefault(anyEngine, (Object) false);
    setDefault(precision, Precision.FLOAT.name());
  }

  /**
   * A stage with a copy of a network's weights, for images that need no resizing until {@link
   * #setPreprocessing} says otherwise.
   *
   * @param type the annotated interface
   * @param network may be closed afterwards
   */
  public static <N extends ImageClassifier> ClassifierTransformer of(Class<N> type, N network) {
    var stage =
        new ClassifierTransformer(
            Identifiable$.MODULE$.randomUID("classifier"), WeightValues.of(network.parameters()));
    stage.set(stage.network, type.getName());
    stage.set(stage.dataType, network.parameters().dataType().name());
    stage.set(stage.engine, network.engine().name());
    return stage.setPreprocessing(Preprocessing.normalizeOnly());
  }

  /** The column of images; {@code content} at first. See {@link SparkPredictor#predict}. */
  public ClassifierTransformer setInputCol(String column) {
    set(inputCol, column);
    return this;
  }

  /** The classes' names, by index. */
  public ClassifierTransformer setClassNames(List<String> names) {
    set(classNames, names.toArray(String[]::new));
    return this;
  }

  /** How many classes to list, at least 1. */
  public ClassifierTransformer setTop(int classes) {
    set(top, (Object) classes);
    return this;
  }

  /** Images that go through the network at once, at least 1. */
  public ClassifierTransformer setBatchSize(int images) {
    set(batchSize, (Object) images);
    return this;
  }

  /** Whether executors may use an engine other than the one the network had on the driver. */
  public ClassifierTransformer setAnyEngine(boolean on) {
    set(anyEngine, (Object) on);
    return this;
  }

  /** The number format of activations. */
  public ClassifierTransformer setPrecision(Precision format) {
    set(precision, format.name());
    return this;
  }

  /** What the weights expect of images. */
  public ClassifierTransformer setPreprocessing(Preprocessing way) {
    set(resize, (Object) way.resize());
    set(crop, (Object) way.crop());
    set(interpolation, way.interpolation().name());
    set(mean, way.mean().stream().mapToDouble(Double::doubleValue).toArray());
    set(std, way.std().stream().mapToDouble(Double::doubleValue).toArray());
    return this;
  }

  /** The parameter {@code network}. */
  public Param<String> network() {
    return network;
  }

  /** The parameter {@code dataType}. */
  public Param<String> dataType() {
    return dataType;
  }

  /** The parameter {@code engine}. */
  public Param<String> engine() {
    return engine;
  }

  /** The parameter {@code precision}. */
  public Param<String> precision() {
    return precision;
  }

  /** The parameter {@code anyEngine}. */
  public BooleanParam anyEngine() {
    return anyEngine;
  }

  /** The parameter {@code inputCol}. */
  public Param<String> inputCol() {
    return inputCol;
  }

  /** The parameter {@code classNames}. */
  public StringArrayParam classNames() {
    return classNames;
  }

  /** The parameter {@code top}. */
  public IntParam top() {
    return top;
  }

  /** The parameter {@code batchSize}. */
  public IntParam batchSize() {
    return batchSize;
  }

  /** The parameter {@code resize}. */
  public IntParam resize() {
    return resize;
  }

  /** The parameter {@code crop}. */
  public IntParam crop() {
    return crop;
  }

  /** The parameter {@code interpolation}. */
  public Param<String> interpolation() {
    return interpolation;
  }

  /** The parameter {@code mean}. */
  public DoubleArrayParam mean() {
    return mean;
  }

  /** The parameter {@code std}. */
  public DoubleArrayParam std() {
    return std;
  }

  @Override
  public String uid() {
    return uid;
  }

  /** Adds the predictions; see {@link SparkPredictor#predict} for what it throws. */
  @Override
  public Dataset<Row> transform(Dataset<?> rows) {
    return predict(type(), rows);
  }

  private <N extends ImageClassifier> Dataset<Row> predict(Class<N> type, Dataset<?> rows) {
    try (N made = create(type)) {
      SparkPredictor.Builder<N> settings =
          SparkPredictor.of(type, made)
              .preprocessing(preprocessing())
              .top((Integer) $(top()))
              .batchSize((Integer) $(batchSize()))
              .engine(EngineOptions.named($(engine)).precision(Precision.valueOf($(precision))));
      List<String> names = List.of($(classNames));
      if (!names.isEmpty()) {
        settings.classNames(names);
      }
      if ((Boolean) $(anyEngine())) {
        settings.anyEngine();
      }
      return settings.build(rows.sparkSession()).predict(rows.toDF(), $(inputCol));
    }
  }

  /** The network, on the driver. */
  private <N extends ImageClassifier> N create(Class<N> type) {
    N made =
        Networks.create(type, NetworkOptions.defaults().dataType(DataType.valueOf($(dataType))));
    weights.into(made.parameters());
    return made;
  }

  private Class<? extends ImageClassifier> type() {
    return typeCalled($(network));
  }

  private static Class<? extends ImageClassifier> typeCalled(String name) {
    try {
      return Class.forName(name, true, Thread.currentThread().getContextClassLoader())
          .asSubclass(ImageClassifier.class);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(
          SafeText.format(
              "the network %s is not on the class path: add the jar that has it (--jars)", name),
          e);
    }
  }

  private Preprocessing preprocessing() {
    return new Preprocessing(
        (Integer) $(resize()),
        (Integer) $(crop()),
        Interpolation.valueOf($(interpolation)),
        boxed($(mean)),
        boxed($(std)));
  }

  private static List<Double> boxed(double... values) {
    return Arrays.stream(values).boxed().toList();
  }

  @Override
  public StructType transformSchema(StructType schema) {
    return SparkPredictor.predictedSchema(
        schema, $(inputCol), new PredictionColumn.Classes(List.of(), 1));
  }

  @Override
  public ClassifierTransformer copy(ParamMap extra) {
    return copyValues(new ClassifierTransformer(uid, weights), extra);
  }

  @Override
  public MLWriter write() {
    return new Writer(this);
  }

  /** Reads what {@link #write} has written. */
  public static MLReader<ClassifierTransformer> read() {
    return new Reader();
  }

  /** Loads a saved stage. */
  public static ClassifierTransformer load(String path) {
    return read().load(path);
  }

  private static final class Writer extends MLWriter {
    private final ClassifierTransformer stage;

    Writer(ClassifierTransformer stage) {
      this.stage = stage;
    }

    @Override
    public void saveImpl(String path) {
      SparkSession spark = sparkSession();
      DefaultParamsWriter$.MODULE$.saveMetadata(stage, path, spark);
      try (ImageClassifier made = stage.create(stage.type())) {
        new HadoopFiles(spark.sessionState().newHadoopConf())
            .write(new Path(path, WEIGHTS), local -> Weights.save(made.parameters(), local));
      }
    }
  }

  private static final class Reader extends MLReader<ClassifierTransformer> {
    @Override
    public ClassifierTransformer load(String path) {
      SparkSession spark = sparkSession();
      DefaultParamsReader.Metadata metadata =
          DefaultParamsReader$.MODULE$.loadMetadata(
              path, spark, ClassifierTransformer.class.getName());
      var settings = new ClassifierTransformer(metadata.uid(), new WeightValues(new byte[0]));
      metadata.getAndSetParams(settings, scala.Option.empty());
      WeightValues weights =
          new HadoopFiles(spark.sessionState().newHadoopConf())
              .read(
                  new Path(path, WEIGHTS),
                  local -> {
                    NetworkOptions options =
                        NetworkOptions.defaults()
                            .dataType(DataType.valueOf(settings.$(settings.dataType)));
                    try (ImageClassifier made = Networks.create(settings.type(), options);
                        Weights saved = Weights.open(local)) {
                      made.parameters().load(saved);
                      return WeightValues.of(made.parameters());
                    }
                  });
      var stage = new ClassifierTransformer(metadata.uid(), weights);
      metadata.getAndSetParams(stage, scala.Option.empty());
      return stage;
    }
  }
}
