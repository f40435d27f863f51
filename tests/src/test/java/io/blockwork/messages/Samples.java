package io.blockwork.messages;

import io.blockwork.Architecture;
import io.blockwork.ModelCard;
import io.blockwork.Network;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.TestTimeViews;
import io.blockwork.data.ArrayDataset;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Dataset;
import io.blockwork.data.FolderClassifier;
import io.blockwork.data.ImageDataset;
import io.blockwork.data.ImageFiles;
import io.blockwork.data.Pipeline;
import io.blockwork.engine.UpdateRule;
import io.blockwork.examples.networks.ResNet20;
import io.blockwork.image.ByteImage;
import io.blockwork.image.Preprocessing;
import io.blockwork.loss.Loss;
import io.blockwork.loss.Losses;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.Parameters;
import io.blockwork.train.Evaluation;
import io.blockwork.train.Momentum;
import io.blockwork.train.Optimizer;
import io.blockwork.train.Predictions;
import io.blockwork.train.Trainer;
import io.blockwork.weights.Load;
import io.blockwork.weights.Weights;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;

/** A value of each type that users pass, and of each that has methods. */
final class Samples implements AutoCloseable {
  private final Map<Class<?>, Object> values = new HashMap<>();
  private final ResNet20 net = Networks.create(ResNet20.class, NetworkOptions.defaults().seed(1));
  private final DataLoader loader;
  private final Weights weights;
  private final Set<Class<?>> making = new HashSet<>();

  Samples(Path folder) {
    Path file = folder.resolve("net.safetensors");
    Weights.save(net.parameters(), file);
    weights = Weights.open(file);
    INDArray images = Nd4j.rand(DataType.FLOAT, 4, 3, 32, 32);
    List<String> names = IntStream.range(0, 10).mapToObj(String::valueOf).toList();
    ArrayDataset data = ArrayDataset.of(images, names, 0, 1, 2, 3);
    loader = DataLoader.of(data).batchSize(2).workers(0).build();
    ByteImage image = new ByteImage(32, 32, 3, new byte[32 * 32 * 3]);
    Evaluation evaluation = Evaluation.of(net, loader);
    put(net, Network.class, io.blockwork.ImageClassifier.class);
    put(net.parameters(), Parameters.class);
    put(net.gradients(), Gradients.class);
    put(net.architecture(), Architecture.class);
    put(Architecture.named("Net"), Architecture.Builder.class);
    put(ModelCard.of(net.parameters()), ModelCard.class);
    put(weights, Weights.class);
    put(Load.of(weights), Load.class);
    put(data, ArrayDataset.class, Dataset.class);
    put(loader, DataLoader.class);
    put(DataLoader.of(data), DataLoader.Builder.class);
    put(image, ByteImage.class);
    put(new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB), BufferedImage.class);
    put(Preprocessing.imageNet(32, 32), Preprocessing.class);
    put(Pipeline.of(Preprocessing.imageNet(32, 32)), Pipeline.class);
    put(
        FolderClassifier.of(net::forward, Preprocessing.imageNet(32, 32), names),
        FolderClassifier.Settings.class);
    put(ImageFiles.of(List.of()), ImageFiles.class, ImageDataset.class);
    put(Loss.softmaxCrossEntropy(0, 1), Loss.class);
    put(Losses.of(Loss.softmaxCrossEntropy(0, 1)), Losses.class);
    put(TestTimeViews.plain(), TestTimeViews.class);
    put(new UpdateRule.Momentum(0.9, false), UpdateRule.class);
    put(evaluation, Evaluation.class);
    put(evaluation.confusion(), io.blockwork.train.ConfusionMatrix.class);
    put(Predictions.of(net, loader), Predictions.class);
    put(Optimizer.of(net, new Momentum(0.1, 0.9)), Optimizer.class);
    put(Trainer.of(net).progress(false), Trainer.class);
    put(new Momentum(0.1, 0.9), IUpdater.class);
    put(images, INDArray.class);
    put("0", String.class, Object.class);
    put(folder, Path.class);
    put(URI.create("https://example.org/"), URI.class);
    put(Duration.ofSeconds(1), Duration.class);
    put(FloatBuffer.allocate(3072), FloatBuffer.class);
    put(new ByteArrayInputStream(new byte[0]), InputStream.class);
    put(new PrintStream(OutputStream.nullOutputStream()), PrintStream.class);
    put(NetworkOptions.defaults(), NetworkOptions.class);
    put(ResNet20.class, Class.class);
    put(List.of(), List.class, java.util.Collection.class);
    put(Map.of(), Map.class);
    put(Set.of(), Set.class);
    put(Optional.empty(), Optional.class);
    put(OptionalDouble.empty(), OptionalDouble.class);
    put(new IOException("x"), IOException.class);
    put(new io.blockwork.data.CenterCrop(8), io.blockwork.data.Transform.class);
    values.putAll(
        Map.of(
            int.class,
            1,
            long.class,
            1L,
            double.class,
            0.5,
            float.class,
            0.5f,
            boolean.class,
            true));
  }

  private void put(Object value, Class<?>... types) {
    values.put(value.getClass(), value);
    for (Class<?> type : types) {
      values.put(type, value);
    }
  }

  /** A value of the type, if one can be made. */
  Optional<Object> of(Class<?> type) {
    if (!values.containsKey(type) && making.add(type)) {
      make(type).ifPresent(made -> values.put(type, made));
      making.remove(type);
    }
    return Optional.ofNullable(values.get(type));
  }

  private Optional<Object> make(Class<?> type) {
    if (type.isArray()) {
      Object array = Array.newInstance(type.getComponentType(), 1);
      of(type.getComponentType()).ifPresent(value -> Array.set(array, 0, value));
      return Optional.of(array);
    } else if (type.isEnum()) {
      return Optional.of(type.getEnumConstants()[0]);
    } else if (type.isInterface() && !type.isSealed()) {
      return Optional.of(
          Proxy.newProxyInstance(
              type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> null));
    }
    return Stream.concat(
            Stream.of(type.getConstructors()),
            Stream.of(type.getDeclaredMethods())
                .filter(m -> Modifier.isPublic(m.getModifiers()))
                .filter(m -> Modifier.isStatic(m.getModifiers()) && m.getReturnType() == type))
        .flatMap(maker -> made(maker).stream())
        .findFirst();
  }

  /** What a constructor or factory makes of sample values, if it takes them. */
  private Optional<Object> made(Executable maker) {
    try {
      @Nullable Object[] arguments = arguments(maker.getParameterTypes());
      return Optional.ofNullable(
          maker instanceof Constructor<?> constructor
              ? constructor.newInstance(arguments)
              : ((Method) maker).invoke(null, arguments));
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** What a method is called of, if it is one of an instance. */
  Optional<Object> instance(PublicApi.Call call) {
    return call.isOfInstance() ? of(call.member().getDeclaringClass()) : Optional.empty();
  }

  /**
   * Whether there is something to call. Of an interface that users implement, and nobody in the
   * library, there is not.
   */
  static boolean canRun(PublicApi.Call call, Optional<Object> instance) {
    return !call.isOfInstance()
        || instance.filter(of -> !Proxy.isProxyClass(of.getClass())).isPresent();
  }

  /** Values for a call. */
  @Nullable Object[] arguments(Class<?>... types) {
    @Nullable Object[] arguments = new Object[types.length];
    for (int i = 0; i < types.length; i++) {
      arguments[i] = of(types[i]).orElse(null);
    }
    return arguments;
  }

  @Override
  public void close() {
    loader.close();
    weights.close();
    net.close();
  }
}
