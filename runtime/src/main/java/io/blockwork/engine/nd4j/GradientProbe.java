package io.blockwork.engine.nd4j;

import io.blockwork.engine.Layer;
import io.blockwork.engine.LayerGradient;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingOutput;
import io.blockwork.engine.TrainingPass;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.io.NearestName;
import io.blockwork.io.SafeText;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.Parameters;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Looks at one layer of a network while a score is computed and differentiated.
 *
 * <p>It stands before the binder and sees every layer bound, whatever its operation: of each, the
 * last two tensors are its output and the gradient of that. Everything is frozen, so that norms use
 * their running statistics, and nothing is dropped: the pass computes what inference does.
 */
final class GradientProbe implements InvocationHandler {
  private final TrainingBinder binder;
  private final List<Watched> layers = new ArrayList<>();

  private GradientProbe(TrainingBinder binder) {
    this.binder = binder;
  }

  /**
   * Runs a pass forwards and backwards on copies of the parameters.
   *
   * @param parameters the network's; they are left as they are
   * @param images {@code [N, C, H, W]}
   * @param outputGradient of the score with respect to the main output
   * @param layer a path; of the layers below it, the last one is looked at
   * @param network makes the generated class
   * @throws IllegalArgumentException if no layer is at the path or below it
   */
  static LayerGradient of(
      Parameters parameters,
      INDArray images,
      INDArray outputGradient,
      String layer,
      Function<TrainingBinder, TrainingPass> network) {
    Parameters copy = new Parameters(parameters.entries(), parameters.dataType());
    parameters.names().forEach(name -> copy.set(name, parameters.get(name)));
    Gradients gradients = new Gradients(parameters.entries(), parameters.dataType());
    Memory memory = new Memory(parameters.dataType(), Math.toIntExact(images.size(0)));
    var settings = new TrainingSettings(true, everything(parameters), 0);
    try {
      GradientProbe probe =
          new GradientProbe(
              new Nd4jTrainingBinder(
                  copy, gradients, settings, memory, (path, output, bound) -> bound));
      TrainingPass pass = network.apply(probe.proxy());
      Watched watched = probe.last(layer);
      watched.wanted = true;
      Transfer.in("images", images, (Nd4jTensor) pass.input());
      pass.forward();
      List<TrainingOutput> outputs = pass.outputs();
      Transfer.in("score", outputGradient, (Nd4jTensor) outputs.get(0).gradient());
      for (TrainingOutput output : outputs.subList(1, outputs.size())) {
        clear((Nd4jTensor) output.gradient());
      }
      pass.backward();
      INDArray inputGradient = Nd4j.create(parameters.dataType(), images.shape());
      Transfer.out("gradient of the images", (Nd4jTensor) pass.inputGradient(), inputGradient);
      return new LayerGradient(
          watched.path, watched.value.orElseThrow(), watched.slope.orElseThrow(), inputGradient);
    } finally {
      memory.close();
    }
  }

  /** The first part of every path. */
  private static List<String> everything(Parameters parameters) {
    return parameters.entries().stream()
        .map(ParameterInfo::name)
        .map(name -> name.split("\\.", 2)[0])
        .distinct()
        .toList();
  }

  private static void clear(Nd4jTensor tensor) {
    double[] zeros = new double[tensor.length()];
    for (int n = 0; n < tensor.batch(); n++) {
      tensor.write(n, 0, zeros, zeros.length);
    }
  }

  private TrainingBinder proxy() {
    return (TrainingBinder)
        Proxy.newProxyInstance(
            TrainingBinder.class.getClassLoader(), new Class<?>[] {TrainingBinder.class}, this);
  }

  private Watched last(String layer) {
    for (int i = layers.size() - 1; i >= 0; i--) {
      String path = layers.get(i).path;
      if (path.equals(layer) || path.startsWith(layer + ".")) {
        return layers.get(i);
      }
    }
    List<String> paths = layers.stream().map(each -> each.path).distinct().toList();
    throw new IllegalArgumentException(
        SafeText.format("no layer is called %s, or is below it", layer)
            + NearestName.suggestion(layer, paths));
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    Object[] given = arguments == null ? new Object[0] : arguments;
    if (method.isDefault()) {
      return InvocationHandler.invokeDefault(proxy, method, given);
    }
    try {
      if (method.getName().equals("dropout") || method.getName().equals("stochasticDepth")) {
        given[1] = 0.0;
      }
      Object bound = method.invoke(binder, given);
      return bound instanceof Layer layer ? watch(layer, given) : bound;
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  private Layer watch(Layer layer, Object... arguments) {
    List<Nd4jTensor> tensors = new ArrayList<>();
    for (Object argument : arguments) {
      if (argument instanceof Tensor tensor) {
        tensors.add((Nd4jTensor) tensor);
      }
    }
    int count = tensors.size();
    if (count < 2) {
      return layer;
    }
    Watched watched =
        new Watched((String) arguments[0], layer, tensors.get(count - 2), tensors.get(count - 1));
    layers.add(watched);
    return watched;
  }

  /** A layer whose output is copied once it is written, and its gradient before it is used up. */
  private static final class Watched implements Layer {
    private final String path;
    private final Layer layer;
    private final Nd4jTensor output;
    private final Nd4jTensor gradient;
    private boolean wanted;
    private Optional<INDArray> value = Optional.empty();
    private Optional<INDArray> slope = Optional.empty();

    Watched(String path, Layer layer, Nd4jTensor output, Nd4jTensor gradient) {
      this.path = path;
      this.layer = layer;
      this.output = output;
      this.gradient = gradient;
    }

    @Override
    public void forward() {
      layer.forward();
      if (wanted) {
        value = Optional.of(copy(output));
      }
    }

    @Override
    public void backward() {
      if (wanted) {
        slope = Optional.of(copy(gradient));
      }
      layer.backward();
    }

    @Override
    public void recompute() {
      layer.recompute();
    }

    private static INDArray copy(Nd4jTensor tensor) {
      INDArray array =
          Nd4j.create(
              tensor.dataType(),
              tensor.batch(),
              tensor.channels(),
              tensor.height(),
              tensor.width());
      Transfer.out("layer", tensor, array);
      return array;
    }
  }
}
