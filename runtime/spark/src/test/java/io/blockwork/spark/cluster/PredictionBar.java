package io.blockwork.spark.cluster;

import io.blockwork.Networks;
import io.blockwork.image.Images;
import io.blockwork.image.Preprocessing;
import io.blockwork.spark.SparkPredictor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.SparkSession;

/** Names JPEGs by ResNet-50, decoding included, with executors that have started already. */
final class PredictionBar {
  private static final int BATCH = 16;
  private static final Preprocessing PREPROCESSING = Preprocessing.imageNet(232, 224);

  private PredictionBar() {}

  /** Writes pictures of 256 x 256 and more, parts of two photographs: a few to warm up, and all. */
  static void writeCrops(Path photographs, Path folder, int count) throws IOException {
    write(photographs, Files.createDirectories(folder.resolve("warm")), 8 * BATCH);
    write(photographs, Files.createDirectories(folder.resolve("all")), count);
  }

  private static void write(Path photographs, Path into, int count) throws IOException {
    Random random = new Random(1);
    List<BufferedImage> whole =
        List.of(
            ImageIO.read(photographs.resolve("china.jpg").toFile()),
            ImageIO.read(photographs.resolve("flower.jpg").toFile()));
    for (int i = 0; i < count; i++) {
      BufferedImage one = whole.get(i % 2);
      int side = 256 + random.nextInt(64);
      BufferedImage crop =
          one.getSubimage(
              random.nextInt(one.getWidth() - side),
              random.nextInt(one.getHeight() - side),
              side,
              side);
      ImageIO.write(crop, "jpg", into.resolve(String.format(Locale.ROOT, "%05d.jpg", i)).toFile());
    }
  }

  /** The driver. */
  public static void main(String[] args) throws IOException {
    try (SparkSession spark = SparkSession.builder().getOrCreate();
        ResNet50 net = Networks.create(ResNet50.class, Bars.network());
        SparkPredictor predictor =
            SparkPredictor.of(ResNet50.class, net)
                .preprocessing(PREPROCESSING)
                .batchSize(BATCH)
                .build(spark)) {
      int workers = Integer.parseInt(spark.conf().get("spark.cores.max"));
      for (String folder : List.of("warm", "all")) {
        double begin = seconds();
        double own = Bars.cpuSeconds();
        double theirs = Bars.executorsCpuSeconds();
        long rows =
            predictor
                .predict(
                    spark
                        .read()
                        .format("binaryFile")
                        .load(Path.of(args[0], folder).toUri().toString())
                        .select("content")
                        .coalesce(workers),
                    "content")
                .filter("prediction.error IS NULL")
                .count();
        System.out.printf(
            Locale.ROOT,
            "bar: %d workers, %d pictures: %.2f s, executors %.2f CPU s, driver %.2f CPU s%n",
            workers,
            rows,
            seconds() - begin,
            Bars.executorsCpuSeconds() - theirs,
            Bars.cpuSeconds() - own);
      }
    }
  }

  private static double seconds() {
    return System.nanoTime() * 1e-9;
  }

  /** The same loop without Spark: the next batch is read and decoded beside computing. */
  static final class Plain {
    private Plain() {}

    /** Names the pictures. */
    public static void main(String[] args) throws Exception {
      ExecutorService decoder = Executors.newSingleThreadExecutor();
      try (ResNet50 net = Networks.create(ResNet50.class, Bars.network())) {
        for (String folder : List.of("warm", "all")) {
          List<Path> files = list(Path.of(args[0], folder));
          double begin = seconds();
          double own = Bars.cpuSeconds();
          List<float[]> best = new ArrayList<>();
          Future<float[]> next = decoder.submit(() -> read(files, 0));
          for (int at = 0; at < files.size(); at += BATCH) {
            float[] images = next.get();
            int from = at + BATCH;
            next = decoder.submit(() -> read(files, from));
            best.add(net.forward(images));
          }
          System.out.printf(
              Locale.ROOT,
              "bar: no Spark, %d pictures in %d batches: %.2f s, %.2f CPU s%n",
              files.size(),
              best.size(),
              seconds() - begin,
              Bars.cpuSeconds() - own);
        }
      } finally {
        decoder.shutdownNow();
      }
    }

    private static List<Path> list(Path folder) throws IOException {
      try (Stream<Path> files = Files.list(folder)) {
        return files.sorted().toList();
      }
    }

    private static float[] read(List<Path> files, int from) throws IOException {
      int length = 3 * 224 * 224;
      float[] values = new float[BATCH * length];
      for (int i = 0; i < BATCH && from + i < files.size(); i++) {
        byte[] file = Files.readAllBytes(files.get(from + i));
        float[] image =
            PREPROCESSING.normalize(PREPROCESSING.resizeAndCrop(Images.decode(file, "image")));
        System.arraycopy(image, 0, values, i * length, length);
      }
      return values;
    }
  }
}
