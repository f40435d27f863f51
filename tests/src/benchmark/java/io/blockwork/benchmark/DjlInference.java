package io.blockwork.benchmark;

import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.repository.zoo.Criteria;
import ai.djl.translate.NoopTranslator;

/** Inference on DJL's PyTorch engine. */
final class DjlInference {
  private DjlInference() {}

  /** A TorchScript file: the variant is what its name has after the network's. */
  static Contender torchScript(Subject subject, String variant, int batch) throws Exception {
    DjlBlocks.useThreads();
    Criteria<NDList, NDList> criteria =
        Criteria.builder()
            .setTypes(NDList.class, NDList.class)
            .optModelPath(TorchExport.file(subject, variant + ".pt"))
            .optEngine(DjlBlocks.ENGINE)
            .optTranslator(new NoopTranslator())
            .build();
    return predicting(criteria.loadModel(), subject, batch);
  }

  /** The network in DJL's blocks. */
  static Contender blocks(Subject subject, int batch) {
    DjlBlocks.useThreads();
    Model model = Model.newInstance(subject.key(), DjlBlocks.ENGINE);
    Block block = DjlBlocks.of(subject);
    block.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(subject.images(batch)));
    model.setBlock(block);
    return predicting(model, subject, batch);
  }

  private static Contender predicting(Model model, Subject subject, int batch) {
    Predictor<NDList, NDList> predictor = model.newPredictor(new NoopTranslator());
    NDArray images =
        NDManager.newBaseManager().randomUniform(0, 1, new Shape(subject.images(batch)));
    NDList input = new NDList(images);
    return () -> {
      try (NDList output = predictor.predict(input)) {
        output.head().toFloatArray();
      }
    };
  }
}
