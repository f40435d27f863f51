package io.blockwork.benchmark;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

/** ONNX Runtime's CPU provider with all its optimisations, from Java. */
final class OnnxRuntime {
  private OnnxRuntime() {}

  static Contender inference(Subject subject, int batch) throws OrtException {
    return inference(TorchExport.file(subject, ".onnx"), subject, batch);
  }

  /** In 8-bit integers: our own export, whose ranges are those of {@link Blockwork#integers}. */
  static Contender integers(Subject subject, int batch) throws OrtException {
    Path file = TorchExport.file(subject, ".int8.onnx");
    Blockwork.exportIntegers(subject, file);
    return inference(file, subject, batch);
  }

  private static Contender inference(Path file, Subject subject, int batch) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(Contender.THREADS);
    options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
    OrtSession session = environment.createSession(file.toString(), options);
    String name = session.getInputNames().iterator().next();
    long[] shape = subject.images(batch);
    FloatBuffer values = direct(shape);
    Random random = new Random(0);
    for (int i = 0; i < values.capacity(); i++) {
      values.put(i, random.nextFloat());
    }
    Map<String, OnnxTensor> input =
        Map.of(name, OnnxTensor.createTensor(environment, values, shape));
    return () -> session.run(input).close();
  }

  private static FloatBuffer direct(long[] shape) {
    long bytes = Float.BYTES;
    for (long side : shape) {
      bytes *= side;
    }
    return ByteBuffer.allocateDirect(Math.toIntExact(bytes))
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }
}
