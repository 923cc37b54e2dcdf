"""Reading files as organizers have them: strangers' bytes, batch by batch, refused in words and never believed."""
