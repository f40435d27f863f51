/**
 * The annotation processor. Data flows one way: annotation, spec, graph, shapes, transforms, emit.
 * The classes of this package only wire the stages and report what is wrong, each problem at the
 * annotation value at fault.
 *
 * <p>For an interface {@code X} it writes {@code XNetwork}, {@code XForward} and {@code XBackward},
 * and a pass for each method with {@code @Output}; each file stems from {@code X} alone, as
 * Gradle's incremental builds want it. It needs neither ND4J nor any native library.
 *
 * <p>Options, given to the compiler as {@code -Akey=value}; a misspelt one is reported:
 *
 * <ul>
 *   <li>{@code blockwork.graph=false} leaves out {@code XNetwork.graph}, the graph of the network
 *       as text, which exports of the network need at run time.
 *   <li>{@code blockwork.report=true} writes an HTML page about each network beside its classes.
 *   <li>{@code blockwork.warnings=false} silences warnings about legal but probably unwanted
 *       values. One kind is silenced by {@code @SuppressWarnings} with the key that the warning
 *       names.
 * </ul>
 */
@NullMarked
package io.blockwork.processor;

import org.jspecify.annotations.NullMarked;
