package io.blockwork.benchmark;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Random;

/** ONNX Runtime's CPU provider with all its optimisations, from Java. */
final class OnnxRuntime {
  private OnnxRuntime() {}

  static Contender inference(Subject subject, int batch) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(Contender.THREADS);
    options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
    OrtSession session =
        environment.createSession(TorchExport.file(subject, ".onnx").toString(), options);
    long[] shape = subject.images(batch);
    FloatBuffer values = direct(shape);
    Random random = new Random(0);
    for (int i = 0; i < values.capacity(); i++) {
      values.put(i, random.nextFloat());
    }
    Map<String, OnnxTensor> input =
        Map.of("images", OnnxTensor.createTensor(environment, values, shape));
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
