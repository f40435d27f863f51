package io.blockwork.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.image.Images;
import io.blockwork.image.Prediction;
import io.blockwork.image.Preprocessing;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the executors predict is what the network predicts here. */
@Timeout(600)
class SparkPredictorTest {
  private static final List<String> NAMES = List.of("left", "top", "right", "bottom");
  private static final Preprocessing PLAIN = Preprocessing.normalizeOnly();

  @TempDir static Path folder;
  private static SparkSession spark;
  private static TinyNet network;
  private static List<Path> files;
  private static SparkPredictor predictor;

  @BeforeAll
  static void start() throws Exception {
    files = Pictures.write(folder.resolve("pictures"), 5, 1);
    Files.write(
        folder.resolve("pictures/class0/damaged.png"),
        "no picture".getBytes(StandardCharsets.UTF_8));
    spark = LocalSpark.start(3);
    network = Networks.create(TinyNet.class, NetworkOptions.defaults().seed(5));
    predictor =
        SparkPredictor.of(TinyNet.class, network)
            .preprocessing(PLAIN)
            .classNames(NAMES)
            .top(2)
            .batchSize(4)
            .build(spark);
  }

  @AfterAll
  static void stop() {
    network.close();
    spark.stop();
  }

  private static Dataset<Row> pictures() {
    return spark
        .read()
        .format("binaryFile")
        .option("recursiveFileLookup", "true")
        .load(folder.resolve("pictures").toUri().toString());
  }

  private static List<Prediction> expected(Path file) {
    return network.classify(Images.read(file), PLAIN, NAMES);
  }

  private static Path file(String uri) {
    return Path.of(java.net.URI.create(uri));
  }

  private static void requireExpected(List<Row> rows) {
    assertEquals(files.size() + 1, rows.size());
    for (Row row : rows) {
      Path file = file(row.getAs("path"));
      Row prediction = row.getAs("prediction");
      if (file.getFileName().toString().equals("damaged.png")) {
        assertTrue(prediction.<String>getAs("error").contains("not an image of a known format"));
        assertNull(prediction.getAs("class"));
        assertNull(prediction.getAs("top"));
      } else {
        requireSame(expected(file), prediction);
      }
    }
  }

  private static void requireSame(List<Prediction> expected, Row prediction) {
    assertNull(prediction.getAs("error"));
    assertEquals(expected.get(0).index(), prediction.<Integer>getAs("class"));
    assertEquals(expected.get(0).name(), prediction.getAs("name"));
    assertEquals(expected.get(0).probability(), prediction.<Double>getAs("score"), 1e-5);
    List<Row> top = prediction.getList(prediction.fieldIndex("top"));
    assertEquals(2, top.size());
    assertEquals(expected.get(1).name(), top.get(1).getAs("name"));
    assertEquals(expected.get(1).probability(), top.get(1).<Double>getAs("score"), 1e-5);
  }

  @Test
  void filesAreNamedAndDamagedOnesSayWhy() {
    // Partitions of every size: batches that are full, begun, and of nothing but damage.
    for (int partitions : new int[] {1, 3, 40}) {
      requireExpected(
          predictor.predict(pictures().repartition(partitions), "content").collectAsList());
    }
  }

  @Test
  void otherColumnsStay() {
    Dataset<Row> rows = pictures().withColumn("more", functions.lit(7));
    Dataset<Row> predicted = predictor.predict(rows, "content");
    assertEquals(
        List.of("path", "modificationTime", "length", "content", "more", "prediction"),
        List.of(predicted.columns()));
    assertEquals(rows.count(), predicted.filter("more = 7").count());
  }

  @Test
  void sqlCallsTheNetworkByName() {
    predictor.register("classify");
    pictures().createOrReplaceTempView("pictures");
    requireExpected(
        spark.sql("SELECT path, classify(content) AS prediction FROM pictures").collectAsList());
    assertEquals(
        "the value is null",
        spark.sql("SELECT classify(CAST(NULL AS BINARY)).error").first().getString(0));
  }

  @Test
  void streamsArePredicted() throws Exception {
    Dataset<Row> stream =
        spark
            .readStream()
            .format("binaryFile")
            .schema(pictures().schema())
            .option("maxFilesPerTrigger", "8")
            .option("recursiveFileLookup", "true")
            .load(folder.resolve("pictures").toUri().toString());
    StreamingQuery query =
        predictor
            .predict(stream, "content")
            .select("path", "prediction")
            .writeStream()
            .format("memory")
            .queryName("predicted")
            .trigger(Trigger.AvailableNow())
            .start();
    query.awaitTermination();
    assertTrue(query.recentProgress().length >= 3);
    requireExpected(spark.table("predicted").collectAsList());
  }

  @Test
  void theImageSourceAndArraysGiveWhatFilesGive() {
    Dataset<Row> images =
        spark.read().format("image").load(folder.resolve("pictures/class*").toUri().toString());
    List<Row> rows =
        predictor.predict(images, "image").select("image.origin", "prediction").collectAsList();
    assertEquals(files.size() + 1, rows.size());
    for (Row row : rows) {
      String origin = row.getString(0);
      if (origin.endsWith("damaged.png")) {
        assertTrue(row.getStruct(1).<String>getAs("error").contains("could not read this file"));
      } else {
        requireSame(expected(file(origin)), row.getStruct(1));
      }
    }

    List<Row> arrays = new ArrayList<>();
    for (Path each : files) {
      float[] values = PLAIN.normalize(Images.read(each));
      Float[] boxed = new Float[values.length];
      for (int i = 0; i < boxed.length; i++) {
        boxed[i] = values[i];
      }
      arrays.add(RowFactory.create(each.toUri().toString(), boxed));
    }
    arrays.add(RowFactory.create("short", new Float[] {1f}));
    arrays.add(
        RowFactory.create(
            "nan", IntStream.range(0, 192).mapToObj(i -> Float.NaN).toArray(Float[]::new)));
    StructType schema =
        new StructType()
            .add("path", DataTypes.StringType)
            .add("values", DataTypes.createArrayType(DataTypes.FloatType));
    for (Row row :
        predictor.predict(spark.createDataFrame(arrays, schema), "values").collectAsList()) {
      String path = row.getString(0);
      String error = row.getStruct(2).getAs("error");
      switch (path) {
        case "short" -> assertEquals("expected 192 values (3 x 8 x 8), got 1", error);
        case "nan" -> assertEquals("value 0 is NaN, and not a finite number", error);
        default -> requireSame(expected(file(path)), row.getStruct(2));
      }
    }
  }

  @Test
  void featuresAreThoseOfTheNetwork() {
    try (SparkPredictor features =
        SparkPredictor.of(TinyNet.class, network)
            .preprocessing(PLAIN)
            .features(TinyNet::features)
            .batchSize(3)
            .build(spark)) {
      Dataset<Row> some = pictures().filter("path LIKE '%class2%'");
      List<Row> rows = features.predict(some, "content").collectAsList();
      assertEquals(5, rows.size());
      for (Row row : rows) {
        float[] expected =
            network
                .features(PLAIN.apply(Images.read(file(row.getAs("path")))))
                .dup('c')
                .data()
                .asFloat();
        List<Float> values = row.<Row>getAs("prediction").getList(0);
        assertEquals(expected.length, values.size());
        for (int i = 0; i < expected.length; i++) {
          assertEquals(expected[i], values.get(i), 1e-5);
        }
      }
    }
  }

  @Test
  void oneNetworkServesAllTasksOfAJvm() {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    NetworkRecipe recipe =
        NetworkRecipe.of(TinyNet.class, network, io.blockwork.engine.EngineOptions.defaults(), 0);
    Broadcast<SharedNetwork> shared =
        context.broadcast(new SharedNetwork(recipe, WeightValues.of(network.parameters())));
    Set<Integer> networks =
        new HashSet<>(
            context
                .parallelize(IntStream.range(0, 12).boxed().toList(), 12)
                .map(task -> System.identityHashCode(shared.value().get(1)))
                .collect());
    assertEquals(1, networks.size());
  }

  @Test
  void aTransformerIsAStageThatCanBeSaved() throws Exception {
    ClassifierTransformer stage =
        ClassifierTransformer.of(TinyNet.class, network)
            .setInputCol("content")
            .setClassNames(NAMES)
            .setPreprocessing(PLAIN)
            .setTop(2)
            .setBatchSize(4);
    String place = folder.resolve("pipeline").toUri().toString();
    PipelineModel made = new Pipeline().setStages(new PipelineStage[] {stage}).fit(pictures());
    requireExpected(made.transform(pictures()).collectAsList());
    made.write().overwrite().save(place);
    PipelineModel loaded = PipelineModel.load(place);
    requireExpected(loaded.transform(pictures()).collectAsList());
    assertEquals(
        made.transformSchema(pictures().schema()), loaded.transformSchema(pictures().schema()));
  }

  @Test
  void whatDoesNotFitIsSaidBeforeTheJob() {
    assertEquals(
        "there is no column picture; the columns are path, modificationTime, length, content",
        assertThrows(IllegalArgumentException.class, () -> predictor.predict(pictures(), "picture"))
            .getMessage());
    assertEquals(
        "the column path is of type string; expected binary (whole image files, as the source"
            + " binaryFile has them in the column content), a struct of the source image, or"
            + " array<float> (values [C, H, W], normalised)",
        assertThrows(IllegalArgumentException.class, () -> predictor.predict(pictures(), "path"))
            .getMessage());
    assertEquals(
        "the preprocessing crops to 224 x 224, but the network takes images of 3 x 8 x 8",
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    SparkPredictor.of(TinyNet.class, network)
                        .preprocessing(Preprocessing.imageNet())
                        .build(spark))
            .getMessage());
    assertEquals(
        "expected a name for each of the 4 classes of TinyNet, got 1 names",
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    SparkPredictor.of(TinyNet.class, network)
                        .classNames(List.of("one"))
                        .build(spark))
            .getMessage());
  }
}
