package io.blockwork.benchmark;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;

/** Training on DJL's PyTorch engine, of networks in DJL's blocks. */
final class DjlTraining {
  private DjlTraining() {}

  static Contender training(Subject subject, int batch) {
    DjlBlocks.useThreads();
    Model model = Model.newInstance(subject.key(), DjlBlocks.ENGINE);
    model.setBlock(DjlBlocks.of(subject));
    Optimizer sgd =
        Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.01f)).optMomentum(0.9f).build();
    Trainer trainer =
        model.newTrainer(
            new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss()).optOptimizer(sgd));
    Shape shape = new Shape(subject.images(batch));
    trainer.initialize(shape);
    NDManager manager = trainer.getManager();
    NDArray images = manager.randomUniform(0, 1, shape);
    NDArray labels = manager.create(subject.labels(batch)).toType(DataType.INT64, false);
    return () -> step(trainer, images, labels);
  }

  private static void step(Trainer trainer, NDArray images, NDArray labels) {
    // What the step makes is freed with its manager.
    try (NDManager manager = trainer.getManager().newSubManager()) {
      images.tempAttach(manager);
      labels.tempAttach(manager);
      try (GradientCollector gradients = trainer.newGradientCollector()) {
        NDArray loss =
            trainer.getLoss().evaluate(new NDList(labels), trainer.forward(new NDList(images)));
        gradients.backward(loss);
        loss.getFloat();
      }
      trainer.step();
    }
  }
}
