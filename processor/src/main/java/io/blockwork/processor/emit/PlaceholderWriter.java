package io.blockwork.processor.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeSpec;
import java.util.List;
import javax.lang.model.element.Modifier;

/**
 * Writes what stands for the {@code XNetwork} of an interface with errors, so that the code that
 * uses it compiles and only the real errors are shown. It cannot be instantiated.
 */
public final class PlaceholderWriter {
  private PlaceholderWriter() {}

  /**
   * The source of the placeholder.
   *
   * @param isImplementable whether a class can implement the interface
   * @param why what its factories throw
   */
  public static JavaFile write(GeneratedNames names, boolean isImplementable, String why) {
    ClassName self = names.network();
    // Abstract, since the interface may have methods that nothing implements.
    TypeSpec.Builder type =
        names
            .startClass(self)
            .addModifiers(names.modifiers().toArray(Modifier[]::new))
            .addModifiers(Modifier.ABSTRACT)
            .superclass(RuntimeTypes.COMPILED_NETWORK)
            .addJavadoc("Stands for the network of $L, which has errors.\n", names.base());
    if (isImplementable) {
      type.addSuperinterface(names.type());
    }
    type.addMethod(
        MethodSpec.constructorBuilder()
            .addModifiers(Modifier.PRIVATE)
            .addParameter(RuntimeTypes.ARCHITECTURE, "architecture")
            .addParameter(RuntimeTypes.NETWORK_OPTIONS, "options")
            .addStatement("super(architecture, options)")
            .build());
    for (String name : List.of("create", "pretrained")) {
      type.addMethod(factory(name, self, why).build());
      type.addMethod(
          factory(name, self, why).addParameter(RuntimeTypes.NETWORK_OPTIONS, "options").build());
    }
    return JavaFile.builder(self.packageName(), type.build()).skipJavaLangImports(true).build();
  }

  private static MethodSpec.Builder factory(String name, ClassName self, String why) {
    return MethodSpec.methodBuilder(name)
        .addModifiers(Modifier.PUBLIC, Modifier.STATIC)
        .returns(self)
        .addJavadoc("Throws, because the interface has errors.\n\n@return never\n")
        .addStatement("throw new $T($S)", IllegalStateException.class, why);
  }
}
