package io.blockwork.onnx.exporter;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** A file, loaded by ONNX Runtime. */
public final class OrtModel implements AutoCloseable {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;

  private OrtModel(OrtSession session) {
    this.session = session;
  }

  /** Loads a file. */
  public static OrtModel load(Path file) throws OrtException {
    try (SessionOptions options = new SessionOptions()) {
      options.setIntraOpNumThreads(2);
      options.setSessionLogLevel(ai.onnxruntime.OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      return new OrtModel(OrtEnvironment.getEnvironment().createSession(file.toString(), options));
    }
  }

  /** The value of the output called {@code output}. */
  float[] run(float[] images, long... shape) throws OrtException {
    return Objects.requireNonNull(all(images, shape).get("output"));
  }

  /** The values of all outputs, in order. */
  public Map<String, float[]> all(float[] images, long... shape) throws OrtException {
    try (OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(images), shape)) {
      return run(input);
    }
  }

  /** The same for a model that takes bytes. */
  Map<String, float[]> all(byte[] images, long... shape) throws OrtException {
    ByteBuffer bytes = ByteBuffer.allocateDirect(images.length).put(images).flip();
    try (OnnxTensor input =
        OnnxTensor.createTensor(environment, bytes, shape, ai.onnxruntime.OnnxJavaType.UINT8)) {
      return run(input);
    }
  }

  private Map<String, float[]> run(OnnxTensorLike input) throws OrtException {
    try (OrtSession.Result result =
        session.run(Map.of(session.getInputNames().iterator().next(), input))) {
      Map<String, float[]> values = new LinkedHashMap<>();
      for (Map.Entry<String, OnnxValue> output : result) {
        FloatBuffer floats = ((OnnxTensor) output.getValue()).getFloatBuffer();
        float[] array = new float[floats.remaining()];
        floats.get(array);
        values.put(output.getKey(), array);
      }
      return values;
    }
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
