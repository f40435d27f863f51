package io.blockwork.processor.emit;

import com.palantir.javapoet.ClassName;

/**
 * The runtime's types that generated code names. The processor does not load them, since they need
 * ND4J.
 */
final class RuntimeTypes {
  private static final String ENGINE = "io.blockwork.engine";
  private static final String API = "io.blockwork";

  static final ClassName ARCHITECTURE = ClassName.get(API, "Architecture");
  static final ClassName COMPILED_NETWORK = ClassName.get(API + ".compiled", "CompiledNetwork");
  static final ClassName FEATURES = ClassName.get(API + ".compiled", "Features");
  static final ClassName ARRAY = ClassName.get("org.nd4j.linalg.api.ndarray", "INDArray");
  static final ClassName NETWORK_OPTIONS = ClassName.get(API, "NetworkOptions");
  static final ClassName PRETRAINED_WEIGHTS =
      ClassName.get(API + ".published", "PretrainedWeights");
  static final ClassName TENSOR = engine("Tensor");
  static final ClassName KERNEL = engine("Kernel");
  static final ClassName LAYER = engine("Layer");
  static final ClassName FORWARD_PASS = engine("ForwardPass");
  static final ClassName TRAINING_PASS = engine("TrainingPass");
  static final ClassName INFERENCE_BINDER = engine("InferenceBinder");
  static final ClassName TRAINING_BINDER = engine("TrainingBinder");

  private RuntimeTypes() {}

  static ClassName engine(String name) {
    return ClassName.get(ENGINE, name);
  }
}
