package apnssim;

/** A fault that is in force until it is closed or its space ends. */
public final class Fault implements AutoCloseable {
    private final Space space;
    private final String name;

    Fault(Space space, String name) {
        this.space = space;
        this.name = name;
    }

    public String name() {
        return name;
    }

    /** How often it has applied. */
    public int hits() {
        return space.hits(name::equals);
    }

    /** Removes it. */
    @Override
    public void close() {
        space.call("DELETE", "/v1/faults/" + Space.encode(name) + "?space=" + space.team(), null);
    }
}
