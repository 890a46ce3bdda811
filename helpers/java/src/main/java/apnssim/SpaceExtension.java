package apnssim;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store.CloseableResource;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives each test that has a parameter of type {@link Space} one of its own, and deletes it afterwards:
 * {@code @ExtendWith(SpaceExtension.class)}.
 */
public final class SpaceExtension implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Space.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getStore(Namespace.create(SpaceExtension.class, context.getUniqueId()))
                .getOrComputeIfAbsent("space", key -> new Open(Space.open()), Open.class).space;
    }

    private record Open(Space space) implements CloseableResource {
        @Override
        public void close() {
            space.close();
        }
    }
}
