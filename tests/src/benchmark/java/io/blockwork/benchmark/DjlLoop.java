package io.blockwork.benchmark;

import ai.djl.Model;
import ai.djl.basicdataset.cv.classification.ImageFolder;
import ai.djl.modality.cv.transform.Normalize;
import ai.djl.modality.cv.transform.RandomFlipLeftRight;
import ai.djl.modality.cv.transform.RandomResizedCrop;
import ai.djl.modality.cv.transform.ToTensor;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.evaluator.Accuracy;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;

/**
 * DJL's training loop on its PyTorch engine: {@link EasyTrain} with the basic listeners, which
 * count accuracy and check for NaN as ours does.
 */
final class DjlLoop {
  private static final float[] MEAN = {0.485f, 0.456f, 0.406f};
  private static final float[] STD = {0.229f, 0.224f, 0.225f};

  private DjlLoop() {}

  /** An epoch after the warm-up, in images a second, loading included. */
  static double imagesPerSecond(LoopOptions options) throws IOException, TranslateException {
    ExecutorService worker = Executors.newSingleThreadExecutor();
    try (Model model = Model.newInstance("resnet20", "PyTorch")) {
      model.setBlock(DjlResNet20.network());
      var config =
          new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
              .addEvaluator(new Accuracy())
              .optExecutorService(worker)
              .addTrainingListeners(TrainingListener.Defaults.basic())
              .optOptimizer(
                  Optimizer.sgd()
                      .setLearningRateTracker(Tracker.fixed((float) LoopOptions.LEARNING_RATE))
                      .optMomentum((float) LoopOptions.MOMENTUM)
                      .optWeightDecays((float) LoopOptions.DECAY)
                      .build());
      try (Trainer trainer = model.newTrainer(config)) {
        trainer.initialize(new Shape(LoopOptions.BATCH, 3, 32, 32));
        RandomAccessDataset data = data(options, trainer.getManager());
        EasyTrain.fit(trainer, 1, some(data, LoopOptions.WARM_UP), null);
        RandomAccessDataset measured = some(data, options.images());
        long begin = System.nanoTime();
        EasyTrain.fit(trainer, 1, measured, null);
        double seconds = (System.nanoTime() - begin) * 1e-9;
        System.err.printf("djl: %s%n", trainer.getTrainingResult().getEvaluations());
        return options.images() / seconds;
      }
    } finally {
      worker.shutdownNow();
    }
  }

  /** Every so many-th, so that there are images of all classes. */
  private static RandomAccessDataset some(RandomAccessDataset data, int images) {
    List<Long> chosen =
        LongStream.range(0, images).map(i -> i * data.size() / images).boxed().toList();
    return data.subDataset(chosen);
  }

  private static RandomAccessDataset data(LoopOptions options, NDManager manager)
      throws IOException, TranslateException {
    switch (options.input()) {
      case MEMORY -> {
        var ours = options.inMemory();
        int[] labels =
            LongStream.range(0, ours.size()).mapToInt(i -> ours.label((int) i)).toArray();
        return new ArrayDataset.Builder()
            .setData(manager.create(values(ours), new Shape(ours.size(), 3, 32, 32)))
            .optLabels(manager.create(labels).toType(DataType.INT64, false))
            .setSampling(LoopOptions.BATCH, true)
            .build();
      }
      case JPEG -> {
        ImageFolder folder =
            ImageFolder.builder()
                .setRepositoryPath(options.folder())
                .optMaxDepth(1)
                .addTransform(new RandomResizedCrop(32, 32))
                .addTransform(new RandomFlipLeftRight())
                .addTransform(new ToTensor())
                .addTransform(new Normalize(MEAN, STD))
                .setSampling(LoopOptions.BATCH, true)
                .optPrefetchNumber(2)
                .build();
        folder.prepare();
        return folder;
      }
      default -> throw new IllegalArgumentException(options.input().toString());
    }
  }

  private static float[] values(io.blockwork.data.ArrayDataset data) {
    int length = data.shape().length();
    var all = java.nio.FloatBuffer.allocate(data.size() * length);
    for (int i = 0; i < data.size(); i++) {
      data.read(i, new java.util.Random(0), all);
    }
    return all.array();
  }
}
