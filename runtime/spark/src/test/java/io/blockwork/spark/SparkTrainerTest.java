package io.blockwork.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.TrainingResult;
import io.blockwork.data.Batch;
import io.blockwork.data.CounterRandom;
import io.blockwork.data.DataException;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Epoch;
import io.blockwork.data.ImageDataset;
import io.blockwork.data.ImageFolder;
import io.blockwork.data.OnCorrupt;
import io.blockwork.data.Pipeline;
import io.blockwork.data.RandomHorizontalFlip;
import io.blockwork.engine.EngineOptions;
import io.blockwork.image.Preprocessing;
import io.blockwork.io.FileException;
import io.blockwork.loss.Loss;
import io.blockwork.train.Evaluation;
import io.blockwork.train.Momentum;
import io.blockwork.train.Optimizer;
import io.blockwork.train.Schedule;
import io.blockwork.train.Trainer;
import io.blockwork.train.TrainingHistory;
import io.blockwork.train.TrainingListener;
import io.blockwork.weights.Weights;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Training in rounds is what its definition says, whatever runs where. */
@Timeout(600)
class SparkTrainerTest {
  private static final PipelineFactory FLIP =
      () -> Pipeline.of(new RandomHorizontalFlip(0.5), io.blockwork.data.Normalize.imageNet());

  @TempDir static Path folder;
  private static SparkSession spark;
  private static Path pictures;

  @BeforeAll
  static void start() throws Exception {
    pictures = folder.resolve("pictures");
    Pictures.write(pictures, 13, 3);
    spark = LocalSpark.start(2);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static TinyNet network(DataType type) {
    NetworkOptions options = NetworkOptions.defaults().seed(11).dataType(type);
    // As each task: one thread.
    return Networks.create(TinyNet.class, options.engine(EngineOptions.defaults().threads(1)));
  }

  private static Trainer trainer(TinyNet network) {
    return Trainer.of(network)
        .updater(new Momentum(0.05, 0.9))
        .weightDecay(1e-4)
        .schedule(Schedule.cosine())
        .epochs(2)
        .progress(false);
  }

  private static SparkTrainer<TinyNet> distributed(TinyNet network, Trainer trainer) {
    return SparkTrainer.of(TinyNet.class, network, trainer).batchSize(4).seed(9);
  }

  private static SparkImages images() {
    return SparkImages.folder(spark, pictures.toUri().toString()).with(FLIP);
  }

  /** The loader that a worker's data is the same as. */
  private static DataLoader loader(int worker, int workers, int batch) {
    ImageDataset all = ImageFolder.open(pictures);
    int[] own = IntStream.range(0, all.size()).filter(i -> i % workers == worker).toArray();
    return DataLoader.of(all.subset(own).with(FLIP.create()))
        .batchSize(batch)
        .shuffle(true)
        .seed(new CounterRandom(9, worker).nextLong())
        .build();
  }

  private static Map<String, float[]> values(TinyNet network) {
    Map<String, float[]> values = new LinkedHashMap<>();
    network
        .parameters()
        .copies()
        .forEach((name, array) -> values.put(name, array.castTo(DataType.FLOAT).data().asFloat()));
    return values;
  }

  private static void requireEqual(Map<String, float[]> expected, Map<String, float[]> actual) {
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach((name, values) -> assertArrayEquals(values, actual.get(name), 0f, name));
  }

  private static String messageOf(Throwable error) {
    return String.valueOf(error.getMessage());
  }

  private static List<Double> losses(Trainer trainer) {
    List<Double> losses = new ArrayList<>();
    trainer.listener(
        new TrainingListener() {
          @Override
          public void onStep(Step step) {
            losses.add(step.loss());
          }
        });
    return losses;
  }

  /** What DistributedDataParallel does, written as a loop in one process. */
  private static List<Double> reference(TinyNet network, int workers, int batch, int epochs) {
    Optimizer optimizer = Optimizer.of(network, new Momentum(0.05, 0.9)).weightDecay(1e-4);
    List<Double> losses = new ArrayList<>();
    for (int e = 0; e < epochs; e++) {
      List<Epoch> parts = new ArrayList<>();
      for (int w = 0; w < workers; w++) {
        parts.add(loader(w, workers, batch).epoch(e + 1));
      }
      optimizer
          .updater()
          .setLrAndSchedule(
              0.05 * Schedule.cosine().factor(new Schedule.Progress(e, 1, epochs)), null);
      while (parts.stream().anyMatch(Epoch::hasNext)) {
        Map<String, INDArray> before = statistics(network);
        Map<String, INDArray> sum = new LinkedHashMap<>();
        double loss = 0;
        int size = 0;
        for (Epoch part : parts) {
          if (part.hasNext()) {
            Batch next = part.next();
            before.forEach(network.parameters()::set);
            INDArray input = next.images().castTo(network.parameters().dataType());
            TrainingResult result = network.train(input, Loss.softmaxCrossEntropy(next.labels()));
            optimizer.accumulate(next.size());
            int own = next.size();
            statistics(network).forEach((name, v) -> sum.merge(name, v.mul(own), INDArray::add));
            loss += result.loss() * own;
            size += own;
          }
        }
        int images = size;
        sum.forEach((name, v) -> network.parameters().set(name, v.div(images)));
        optimizer.step();
        losses.add(loss / size);
      }
    }
    return losses;
  }

  private static Map<String, INDArray> statistics(TinyNet network) {
    Map<String, INDArray> copies = network.parameters().copies();
    copies.keySet().removeIf(name -> !name.contains("running"));
    return copies;
  }

  private static void requireSynchronous(DataType type, double tolerance) {
    try (TinyNet alone = network(type);
        TinyNet together = network(type)) {
      List<Double> expected = reference(alone, 3, 4, 2);
      Trainer trainer = trainer(together);
      List<Double> actual = losses(trainer);
      distributed(together, trainer).workers(3).fit(images());
      assertEquals(expected.size(), actual.size());
      assertTrue(actual.size() >= 10);
      for (int i = 0; i < expected.size(); i++) {
        assertEquals(expected.get(i), actual.get(i), tolerance * expected.get(i), "step " + i);
      }
      Map<String, float[]> weights = values(together);
      values(alone)
          .forEach(
              (name, v) -> {
                if (!name.contains("num_batches")) {
                  assertArrayEquals(v, weights.get(name), (float) Math.max(tolerance, 1e-7), name);
                }
              });
    }
  }

  @Test
  void oneStepARoundIsOneProcessWithTheSameMicroBatchesInDouble() {
    requireSynchronous(DataType.DOUBLE, 1e-9);
  }

  @Test
  void oneStepARoundIsOneProcessWithTheSameMicroBatchesInFloat() {
    requireSynchronous(DataType.FLOAT, 1e-5);
  }

  @Test
  void withFrozenNormsItIsTheWholeBatch() {
    try (TinyNet alone = network(DataType.DOUBLE);
        TinyNet together = network(DataType.DOUBLE)) {
      for (TinyNet each : List.of(alone, together)) {
        each.freeze(
            each.architecture().layers().stream()
                .filter(layer -> layer.type().equals("BatchNorm2d"))
                .map(io.blockwork.LayerInfo::path)
                .toArray(String[]::new));
      }
      Trainer trainer = trainer(together).epochs(1).schedule(Schedule.constant());
      List<Double> losses = losses(trainer);
      distributed(together, trainer).workers(2).dropLast(true).fit(images());
      Optimizer optimizer = Optimizer.of(alone, new Momentum(0.05, 0.9)).weightDecay(1e-4);
      try (Epoch first = loader(0, 2, 4).epoch(1);
          Epoch second = loader(1, 2, 4).epoch(1)) {
        for (double loss : losses) {
          Batch a = first.next();
          Batch b = second.next();
          INDArray whole =
              org.nd4j.linalg.factory.Nd4j.concat(0, a.images(), b.images())
                  .castTo(DataType.DOUBLE);
          int[] labels =
              IntStream.concat(IntStream.of(a.labels()), IntStream.of(b.labels())).toArray();
          assertEquals(alone.train(whole, Loss.softmaxCrossEntropy(labels)).loss(), loss, 1e-9);
          optimizer.step();
        }
      }
      assertEquals(6, losses.size());
    }
  }

  @Test
  void oneWorkerWithLocalStepsIsTheTrainerItself() {
    try (TinyNet alone = network(DataType.FLOAT);
        TinyNet together = network(DataType.FLOAT);
        DataLoader data = loader(0, 1, 4)) {
      TrainingHistory expected = trainer(alone).fit(data);
      TrainingHistory history =
          distributed(together, trainer(together)).workers(1).localSteps(5).fit(images());
      Map<String, float[]> weights = values(together);
      values(alone).forEach((name, v) -> assertArrayEquals(v, weights.get(name), 1e-5f, name));
      assertEquals(
          expected.last().orElseThrow().training().loss(),
          history.last().orElseThrow().training().loss(),
          1e-5);
      assertEquals(expected.last().orElseThrow().steps(), history.last().orElseThrow().steps());
      assertEquals(52, history.last().orElseThrow().training().images());
    }
  }

  @Test
  void localStepsAreRepeatedBitForBitAndResumed() {
    Map<String, float[]> whole = localSteps(Path.of("a"), Integer.MAX_VALUE);
    requireEqual(whole, localSteps(Path.of("b"), Integer.MAX_VALUE));
    assertThrows(CancellationException.class, () -> localSteps(Path.of("c"), 5));
    requireEqual(whole, localSteps(Path.of("c"), Integer.MAX_VALUE));
  }

  /** Trains with momentum everywhere; cancelled in a round if it is to be. */
  private static Map<String, float[]> localSteps(Path run, int cancelAfter) {
    try (TinyNet network = network(DataType.FLOAT)) {
      Trainer trainer =
          trainer(network)
              .checkpoints(HadoopCheckpoints.at(spark, folder.resolve(run).toUri().toString()))
              .checkpointEvery(2)
              .listener(
                  new TrainingListener() {
                    @Override
                    public void onStep(Step step) {
                      if (step.step() >= cancelAfter) {
                        throw new CancellationException("as a kill would");
                      }
                    }
                  });
      distributed(network, trainer)
          .workers(3)
          .localSteps(2)
          .outer(new OuterOptimizer(0.9, 0.5))
          .compression(Compression.bf16())
          .fit(images());
      return values(network);
    }
  }

  @Test
  void whatIsSentMayBeRounded() {
    try (TinyNet exact = network(DataType.FLOAT);
        TinyNet rounded = network(DataType.FLOAT);
        TinyNet few = network(DataType.FLOAT)) {
      double loss = fitted(exact, Compression.none());
      assertEquals(loss, fitted(rounded, Compression.bf16()), 0.02 * loss);
      assertTrue(fitted(few, Compression.topK(0.25)) < 1.2);
      assertFalse(
          java.util.Arrays.equals(
              exact.parameters().flat().data().asFloat(),
              rounded.parameters().flat().data().asFloat()));
    }
  }

  private static double fitted(TinyNet network, Compression compression) {
    return distributed(network, trainer(network).epochs(4))
        .localSteps(3, 2)
        .compression(compression)
        .fit(images())
        .last()
        .orElseThrow()
        .training()
        .loss();
  }

  @Test
  void validationIsThatOfOneProcess() {
    try (TinyNet network = network(DataType.FLOAT);
        DataLoader plain =
            DataLoader.of(
                    ImageFolder.open(pictures).with(Pipeline.of(Preprocessing.normalizeOnly())))
                .build()) {
      SparkImages validation = SparkImages.folder(spark, pictures.toUri().toString());
      TrainingHistory history =
          distributed(network, trainer(network)).localSteps(4).fit(images(), validation);
      Evaluation expected = Evaluation.of(network, plain);
      var actual = history.last().orElseThrow().validation().orElseThrow();
      assertEquals(expected.metrics().images(), actual.images());
      assertEquals(expected.metrics().top1(), actual.top1(), 1e-12);
      assertEquals(expected.metrics().loss(), actual.loss(), 1e-5);
      assertTrue(actual.top1() > 0.5, "it learns: " + actual);
    }
  }

  @Test
  void rowsAreDividedByTheirKeysHoweverTheyArePartitioned() {
    var rows =
        spark
            .read()
            .format("binaryFile")
            .option("recursiveFileLookup", "true")
            .load(pictures.toUri().toString())
            .withColumn("name", functions.regexp_extract(functions.col("path"), "class(.)/", 1));
    List<List<String>> keys = new ArrayList<>();
    for (int partitions : new int[] {1, 7}) {
      SparkImages images =
          SparkImages.of(
              rows.repartition(partitions), "path", "name", "content", List.of("0", "1", "2", "3"));
      List<Shard> shards = images.shards(3).collect();
      assertEquals(List.of(18, 17, 17), shards.stream().map(s -> s.examples().size()).toList());
      keys.add(
          shards.stream()
              .flatMap(s -> s.examples().stream())
              .map(e -> e.key() + e.label())
              .toList());
    }
    assertEquals(keys.get(0), keys.get(1));
    assertEquals(52, java.util.Set.copyOf(keys.get(0)).size());
  }

  @Test
  void keysThatAreThereTwiceAreRefused() {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    List<Example> twice =
        List.of(
            new Example.Values("a", 0, new float[192]), new Example.Values("a", 1, new float[192]));
    SparkImages images =
        SparkImages.of(spark, context.parallelize(twice, 2), List.of("0", "1", "2", "3"));
    try (TinyNet network = network(DataType.FLOAT)) {
      assertEquals(
          "the key a is there twice: keys have to tell all examples apart, or a second evaluation"
              + " could order them otherwise",
          assertThrows(
                  IllegalArgumentException.class,
                  () -> distributed(network, trainer(network)).fit(images))
              .getMessage());
    }
  }

  @Test
  void aDamagedImageStopsTheTrainingOrIsLeftOut() throws Exception {
    Path damaged = folder.resolve("damaged");
    Pictures.write(damaged, 4, 3);
    Files.write(damaged.resolve("class1/zz.png"), "no picture".getBytes(StandardCharsets.UTF_8));
    SparkImages images = SparkImages.folder(spark, damaged.toUri().toString()).cached();
    try (TinyNet network = network(DataType.FLOAT)) {
      DataException error =
          assertThrows(
              DataException.class, () -> distributed(network, trainer(network)).fit(images));
      assertEquals("class1/zz.png", error.source());
      TrainingHistory history =
          distributed(network, trainer(network)).fit(images.onCorrupt(OnCorrupt.SKIP));
      assertEquals(16, history.last().orElseThrow().training().images());
    }
  }

  @Test
  void aRoundWithoutAnImageThatCanBeReadIsNoStep() throws Exception {
    Path whole = folder.resolve("whole");
    Path damaged = folder.resolve("last-damaged");
    Pictures.write(whole, 2, 3);
    Pictures.write(damaged, 2, 3);
    // A batch of its own, the last one of the epoch.
    Files.write(damaged.resolve("class3/zz.png"), "no picture".getBytes(StandardCharsets.UTF_8));
    for (int localSteps : new int[] {1, 2}) {
      requireEqual(inTwoEpochs(whole, localSteps), inTwoEpochs(damaged, localSteps));
    }
  }

  private static Map<String, float[]> inTwoEpochs(Path pictures, int localSteps) {
    SparkImages images = SparkImages.folder(spark, pictures.toUri().toString());
    try (TinyNet network = network(DataType.FLOAT)) {
      Trainer trainer =
          Trainer.of(network).updater(new Momentum(0.05, 0.9)).epochs(2).progress(false);
      TrainingHistory history =
          distributed(network, trainer)
              .workers(1)
              .shuffle(false)
              .localSteps(localSteps)
              .fit(images.onCorrupt(OnCorrupt.SKIP));
      assertEquals(8, history.last().orElseThrow().training().images());
      assertEquals(4, history.last().orElseThrow().steps());
      return values(network);
    }
  }

  @Test
  void columnsThatCannotBeTrainedOnAreRefusedAndRowsWithoutAnImageAreDamaged() {
    List<String> classes = List.of("0", "1", "2", "3");
    var rows =
        spark
            .read()
            .format("binaryFile")
            .option("recursiveFileLookup", "true")
            .load(pictures.toUri().toString())
            .withColumn("name", functions.regexp_extract(functions.col("path"), "class(.)/", 1))
            .withColumn(
                "struct",
                functions.struct(
                    functions.lit(8).as("height"),
                    functions.lit(8).as("width"),
                    functions.lit(3).as("nChannels"),
                    functions.lit(16).as("mode"),
                    functions.col("content").as("data")))
            .withColumn(
                "some",
                functions
                    .when(functions.col("path").endsWith("class2/0007.png"), functions.lit(null))
                    .otherwise(functions.col("content")));
    for (List<String> missing :
        List.of(
            List.of("none", "name", "content"),
            List.of("path", "none", "content"),
            List.of("path", "name", "none"))) {
      assertEquals(
          "there is no column none; the columns are path, modificationTime, length, content, name,"
              + " struct, some",
          messageOf(
              assertThrows(
                  IllegalArgumentException.class,
                  () ->
                      SparkImages.of(
                          rows, missing.get(0), missing.get(1), missing.get(2), classes))));
    }
    assertTrue(
        messageOf(
                assertThrows(
                    IllegalArgumentException.class,
                    () -> SparkImages.of(rows, "path", "name", "struct", classes)))
            .startsWith("the column struct holds structs of the source image,"));
    SparkImages some = SparkImages.of(rows, "path", "name", "some", classes);
    try (TinyNet network = network(DataType.FLOAT)) {
      Trainer trainer = trainer(network).epochs(1);
      DataException error =
          assertThrows(DataException.class, () -> distributed(network, trainer).fit(some));
      assertTrue(error.source().endsWith("class2/0007.png"), error.source());
      TrainingHistory history = distributed(network, trainer).fit(some.onCorrupt(OnCorrupt.SKIP));
      assertEquals(51, history.last().orElseThrow().training().images());
    }
  }

  @Test
  void aLossThatIsNotFiniteNamesTheWorker() {
    try (TinyNet network = network(DataType.FLOAT)) {
      Trainer trainer = trainer(network).updater(new Momentum(1e30, 0.9));
      assertTrue(
          messageOf(
                  assertThrows(
                      io.blockwork.train.DivergedException.class,
                      () -> distributed(network, trainer).localSteps(4).fit(images())))
              .contains("worker 0, batch"));
    }
  }

  @Test
  void aTornCheckpointIsPassedOverAndADamagedOneRefused() throws Exception {
    Path run = folder.resolve("torn");
    HadoopCheckpoints store = HadoopCheckpoints.at(spark, run.toUri().toString());
    try (TinyNet network = network(DataType.FLOAT)) {
      distributed(
              network,
              trainer(network).checkpoints(HadoopCheckpoints.at(spark, run.toUri().toString())))
          .localSteps(8)
          .fit(images());
    }
    Path last = Path.of(java.net.URI.create(store.last().orElseThrow()));
    try (Weights weights = Weights.open(last)) {
      assertEquals("2", weights.metadata().get("blockwork.epoch"));
    }
    // A driver that died while it wrote left a file without its seal.
    Files.write(run.resolve("000000000099-last.safetensors"), new byte[10]);
    assertTrue(store.last().orElseThrow().endsWith(last.getFileName().toString()));
    assertTrue(store.read(weights -> weights.metadata().size() > 0).orElseThrow());
    byte[] bytes = Files.readAllBytes(last);
    bytes[bytes.length - 1] ^= 1;
    Files.delete(run.resolve("." + last.getFileName() + ".crc"));
    Files.write(last, bytes);
    assertTrue(
        messageOf(assertThrows(FileException.class, () -> store.read(weights -> true)))
            .contains("is not what was written"));
  }

  @Test
  void theLaterOfTwoRunsHasTheFolder() {
    String run = folder.resolve("shared").toUri().toString();
    HadoopCheckpoints first = HadoopCheckpoints.at(spark, run);
    HadoopCheckpoints second = HadoopCheckpoints.at(spark, run);
    var empty = new io.blockwork.weights.SafetensorsWriter();
    try (io.blockwork.train.CheckpointStore.Lock a = first.lock()) {
      first.write("last.safetensors", empty);
      try (io.blockwork.train.CheckpointStore.Lock b = second.lock()) {
        second.write("last.safetensors", empty);
        assertTrue(
            messageOf(
                    assertThrows(FileException.class, () -> first.write("last.safetensors", empty)))
                .contains("a later training run has taken this folder over"));
      }
    }
  }
}
