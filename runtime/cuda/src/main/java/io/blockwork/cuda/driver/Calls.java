package io.blockwork.cuda.driver;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Implements an interface by the functions of a library that have its methods' names. A method
 * without a result stands for a function that returns a status, and throws where that is not 0.
 */
final class Calls implements InvocationHandler {
  private final NativeLibrary library;
  private final IntFunction<String> text;
  private final Map<String, Function> functions = new ConcurrentHashMap<>();

  private Calls(NativeLibrary library, IntFunction<String> text) {
    this.library = library;
    this.text = text;
  }

  /**
   * The functions of a library.
   *
   * @param type an interface whose methods take and return what JNA can pass
   * @param text what a status means
   */
  static <T> T of(Class<T> type, NativeLibrary library, IntFunction<String> text) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(), new Class<?>[] {type}, new Calls(library, text)));
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) {
    if (method.getDeclaringClass() == Object.class) {
      return switch (method.getName()) {
        case "hashCode" -> System.identityHashCode(proxy);
        case "equals" -> arguments != null && proxy == arguments[0];
        default -> library.getName();
      };
    }
    Function function = functions.computeIfAbsent(method.getName(), library::getFunction);
    Object[] given = arguments == null ? new Object[0] : arguments;
    Class<?> result = method.getReturnType();
    if (result != void.class) {
      return function.invoke(result, given);
    }
    int status = function.invokeInt(given);
    if (status != 0) {
      throw new CudaException(method.getName(), status, text.apply(status));
    }
    return null;
  }
}
